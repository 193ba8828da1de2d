import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { RestClient } from './clients/rest-client.ts'
import { SeededRandom } from './faults/seeded-random.ts'
import { expect, test } from './fixtures.ts'
import { BridgeHost, childrenOf, freePort, isAlive } from './processes/bridge-host.ts'
import { runNode } from './processes/child.ts'
import { BUILT, ROOT } from './processes/places.ts'
import type { RunningServer } from './processes/server-process.ts'
import { until } from './processes/until.ts'

const ownerOf = (server: RunningServer) => new RestClient(server.apiUrl, { headers: { authorization: `Bearer ${server.ownerToken}` } })

async function bridgesOn(server: RunningServer): Promise<number> {
  const answer = await ownerOf(server).get('/sessions')
  return (answer.body['sessions'] as { transport: string }[]).filter(({ transport }) => transport === 'bridge').length
}

/** Content of every memory of the store, as the person at the machine sees them. */
async function everything(server: RunningServer): Promise<string[]> {
  const contents: string[] = []
  for (let cursor = ''; ;) {
    const page = await ownerOf(server).get(`/memory?limit=100${cursor}`)
    contents.push(...(page.body['memories'] as { content: string }[]).map((memory) => memory.content))
    const next = page.body['next_cursor']
    if (typeof next !== 'string') return contents
    cursor = `&cursor=${encodeURIComponent(next)}`
  }
}

test('without a server a host gets the same tools from the database, by words and by meaning', async ({ makePlace }) => {
  const place = makePlace()
  const host = new BridgeHost(place, await freePort())
  const initialized = await host.initialize()
  expect(initialized).toMatchObject({ result: { serverInfo: { name: 'tmws' } } })
  const listed = (await host.ask('tools/list'))['result'] as { tools: { name: string }[] }
  await host.store('Marta keeps Postgres 15 until March.')
  expect(await host.search('Postgres')).toEqual(['Marta keeps Postgres 15 until March.'])
  await until('the search by meaning', async () => (await host.search('which database version do we run?')).length > 0)
  host.process.endInput()
  expect((await host.process.ended).code).toBe(0)
  await test.step('a server shows the same tools, and has what was stored', async () => {
    const server = await place.start()
    const other = new BridgeHost(place, server.wsPort)
    await other.initialize()
    const fromServer = (await other.ask('tools/list'))['result'] as { tools: { name: string }[] }
    expect(listed.tools.map(({ name }) => name)).toEqual(fromServer.tools.map(({ name }) => name))
    expect(await everything(server)).toEqual(['Marta keeps Postgres 15 until March.'])
    expect(childrenOf(other.process.pid)).toEqual([])
  })
})

test('a server that starts takes over, subscriptions included, and the process that stood in ends @timed', async ({ makePlace }) => {
  const place = makePlace()
  const wsPort = await freePort()
  const host = new BridgeHost(place, wsPort)
  await host.initialize()
  await host.store('The harbour light is green.')
  await host.ask('resources/subscribe', { uri: 'memory://recent' })
  const [standIn = 0] = childrenOf(host.process.pid)
  expect(standIn).toBeGreaterThan(0)
  const server = await place.start({ wsPort })
  const startedAt = performance.now()
  await until('the bridge to come over', async () => (await bridgesOn(server)) === 1, 5_000)
  expect(performance.now() - startedAt).toBeLessThan(3_000)
  await until('the stand-in to end', () => !isAlive(standIn), 5_000)
  await server.untilHealthy()
  await host.store('The pier was repaired in May.')
  const elsewhere = new RestClient(server.apiUrl, { agentId: 'host' })
  const updates = () => host.heard.filter(({ method }) => method === 'notifications/resources/updated').length
  const before = updates()
  await elsewhere.post('/memory', { content: 'A ferry leaves at noon.' })
  await until('the update of the subscription', () => updates() > before)
  expect(new Set(await host.search('harbour pier ferry'))).toEqual(
    new Set(['The harbour light is green.', 'The pier was repaired in May.', 'A ferry leaves at noon.']),
  )
  // Stored by the process that stood in, found by meaning in the server.
  await until('the meaning', async () => (await host.search('signal lamp colour at the port'))[0] === 'The harbour light is green.')
})

test('through servers that start and are killed, every write is answered once and every acknowledged one is kept once @timed', async ({
  makePlace,
}) => {
  const place = makePlace()
  const wsPort = await freePort()
  const random = new SeededRandom('20261124')
  const host = new BridgeHost(place, wsPort)
  await host.initialize()
  await host.ask('tools/list')
  const ids: string[] = []
  const over = new AbortController()
  const writing = (async () => {
    for (let number = 0; !over.signal.aborted; number += 1) {
      const id = `w${number}`
      ids.push(id)
      host.say({ id, method: 'tools/call', params: { name: 'store_memory', arguments: { content: `numbered memory ${number}` } } })
      await delay(5 + random.next() * 30)
    }
  })()
  for (let cycle = 0; cycle < 4; cycle += 1) {
    await delay(500 + random.next() * 1_500)
    const server = await place.start({ wsPort })
    await delay(300 + random.next() * 1_500)
    await server.kill()
  }
  await delay(500)
  over.abort()
  await writing
  const answerOf = (id: string) => host.answers(id)[0]
  await until('every answer', () => ids.every((id) => answerOf(id) !== undefined), 40_000, 200)
  const counts = new Map<unknown, number>()
  for (const { id } of host.heard) counts.set(id, (counts.get(id) ?? 0) + 1)
  expect(ids.filter((id) => counts.get(id) !== 1)).toEqual([])
  const server = await place.start({ wsPort })
  const kept = await everything(server)
  const acknowledged = ids.flatMap((id, number) => {
    const result = answerOf(id)?.['result'] as { isError?: boolean } | undefined
    return result && result.isError !== true ? [`numbered memory ${number}`] : []
  })
  // Storing may be repeated, so losing a server costs none of them.
  expect(ids.length - acknowledged.length).toBeLessThanOrEqual(ids.length / 10)
  expect(acknowledged.filter((content) => !kept.includes(content))).toEqual([])
  expect(kept.length).toBe(new Set(kept).size)
})

test('sixteen bridges that start while the server starts all answer initialize within two seconds @timed', async ({ makePlace }) => {
  const round = async () => {
    const place = makePlace()
    const wsPort = await freePort()
    const startedAt = performance.now()
    const starting = place.start({ wsPort }).then((server) => ({ server, serverMs: Math.round(performance.now() - startedAt) }))
    const hosts = Array.from({ length: 16 }, (_, index) => new BridgeHost(place, wsPort, { agentId: `host-${index}` }))
    const answers = await Promise.all(
      hosts.map(async (host) => ({ answer: await host.initialize(), tookMs: Math.round(performance.now() - host.startedAt) })),
    )
    const { server, serverMs } = await starting
    await until('all to be on the server', async () => (await bridgesOn(server)) === 16, 20_000)
    await until('no stand-in to be left', () => hosts.every((host) => childrenOf(host.process.pid).length === 0), 10_000)
    const slowestMs = Math.max(...answers.map(({ tookMs }) => tookMs))
    const errors = answers.filter(({ answer }) => 'error' in answer).length
    const standIns = hosts.filter((host) => host.process.stderr.includes('serving from the database')).length
    await place.remove()
    return { slowestMs, serverMs, errors, standIns }
  }
  // On a machine so busy that the server itself takes longer, all have their answer before it is up.
  const isGood = ({ slowestMs, serverMs, errors, standIns }: Awaited<ReturnType<typeof round>>) =>
    errors === 0 && standIns === 0 && slowestMs < Math.max(2_000, serverMs)
  const rounds: Awaited<ReturnType<typeof round>>[] = []
  while (rounds.length < 3 && !rounds.some(isGood)) rounds.push(await round())
  test.info().annotations.push({ type: 'rounds', description: JSON.stringify(rounds) })
  expect(rounds.some(isGood), JSON.stringify(rounds)).toBe(true)
  // However busy: an answer in time for the host with the least patience.
  expect(Math.max(...rounds.map(({ slowestMs }) => slowestMs))).toBeLessThan(10_000)
})

/** Eight processes may be more than a Postgres on a busy machine takes at once: it says so, and that nothing was changed. */
async function storedInTheEnd(host: BridgeHost, content: string, attempts = 5): Promise<string> {
  try {
    return await host.store(content)
  } catch (error) {
    if (attempts === 1 || !String(error).includes('too busy; nothing was changed')) throw error
    return storedInTheEnd(host, content, attempts - 1)
  }
}

test('eight bridges without a server write a hundred memories each at once: all are kept', async ({ makePlace }) => {
  const place = makePlace()
  const wsPort = await freePort()
  const hosts = Array.from({ length: 8 }, (_, index) => new BridgeHost(place, wsPort, { agentId: `host-${index}` }))
  const stored = await Promise.all(
    hosts.map(async (host, index) => {
      await host.initialize()
      return Promise.all(Array.from({ length: 100 }, (_, number) => storedInTheEnd(host, `note ${number} of host ${index}`)))
    }),
  )
  expect(new Set(stored.flat()).size).toBe(800)
  // A server may start beside them.
  const server = await place.start({ wsPort })
  const kept = await everything(server)
  expect([kept.length, new Set(kept).size]).toEqual([800, 800])
  for (const host of hosts) host.process.endInput()
  await Promise.all(hosts.map((host) => host.process.ended))
  const doctor = await place.doctor()
  expect(doctor.stdout).toContain('is sound')
})

test.describe('no process outlives the one that started it', () => {
  test.skip(process.platform !== 'linux', 'reads /proc')

  test('kill -9 of the bridge ends the process that stands in', async ({ makePlace }) => {
    const place = makePlace()
    const host = new BridgeHost(place, await freePort())
    await host.initialize()
    const [standIn = 0] = childrenOf(host.process.pid)
    expect(isAlive(standIn)).toBe(true)
    await host.process.kill()
    await until('the end of the stand-in', () => !isAlive(standIn), 5_000)
  })

  test('kill -9 of the host ends both', async ({ makePlace }) => {
    const place = makePlace()
    const message = {
      jsonrpc: '2.0',
      id: 1,
      method: 'initialize',
      params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'h', version: '1' } },
    }
    const script = `const c=require('child_process').spawn(process.execPath,${JSON.stringify([BUILT.bridge, '--port', String(await freePort())])},{stdio:['pipe','pipe','ignore']});c.stdout.once('data',()=>console.log('served'));c.stdin.write(${JSON.stringify(`${JSON.stringify(message)}\n`)});setInterval(()=>{},1000)`
    const host = place.run(process.execPath, ['-e', script], place.environment({ TMWS_DATA_DIR: place.dataDir }))
    await until('the first answer', () => host.stdout.includes('served'))
    const [bridge = 0] = childrenOf(host.pid)
    const [standIn = 0] = childrenOf(bridge)
    expect([isAlive(bridge), isAlive(standIn)]).toEqual([true, true])
    await host.kill()
    await until('the end of both', () => !isAlive(bridge) && !isAlive(standIn), 5_000)
  })

  test('kill -9 of the process that stands in: it is replaced, and calls go on', async ({ makePlace }) => {
    const host = new BridgeHost(makePlace(), await freePort())
    await host.initialize()
    const [standIn = 0] = childrenOf(host.process.pid)
    process.kill(standIn, 'SIGKILL')
    await host.store('after the loss')
    expect(await host.search('loss')).toEqual(['after the loss'])
  })
})

test.describe('where sign-in is on', () => {
  const signIn = { TMWS_AUTH_ENABLED: 'true', TMWS_SECRET_KEY: 'k9Zp2vQx7Lm4Rt8Wn3Yb6Hc1Jd5Fg0Sa' }

  test('the database is no way around the server, neither while it refuses nor when it is gone', async ({ makePlace }) => {
    const place = makePlace()
    const wsPort = await freePort()
    const server = await place.start({ wsPort, env: signIn })
    const host = new BridgeHost(place, wsPort)
    expect(await host.initialize()).toMatchObject({ error: { code: 401 } })
    await server.kill()
    // The bridge's own settings say nothing of sign-in; the data folder does.
    const answer = await host.ask('tools/list', {}, 20_000)
    expect(JSON.stringify(answer)).toMatch(/TMWS is not running.*Sign-in is on/)
    const diagnosis = await runNode([BUILT.bridge, '--test', '--port', String(wsPort)], {
      env: place.environment({ TMWS_DATA_DIR: place.dataDir }),
    })
    expect([diagnosis.code, diagnosis.stdout]).toEqual([1, expect.stringMatching(/Sign-in is on[^]*A host gets only errors/)])
  })

  test('a server with sign-in that appears ends what the database serves', async ({ makePlace }) => {
    const place = makePlace()
    const wsPort = await freePort()
    const host = new BridgeHost(place, wsPort)
    await host.initialize()
    await host.store('before')
    await place.start({ wsPort, env: signIn })
    await until('the stand-in to end', () => childrenOf(host.process.pid).length === 0, 5_000)
    const answer = await host.ask('tools/call', { name: 'store_memory', arguments: { content: 'after' } })
    expect(answer).toMatchObject({ error: { code: 401 } })
  })
})

test.describe('settings', () => {
  test('stdio uses only the database, beside a running server too', async ({ makePlace }) => {
    const place = makePlace()
    const server = await place.start()
    const host = new BridgeHost(place, server.wsPort, { env: { TMWS_BRIDGE_MODE: 'stdio' } })
    await host.initialize()
    await host.store('by the database')
    expect(await bridgesOn(server)).toBe(0)
    expect(await everything(server)).toEqual(['by the database'])
  })

  for (const env of [{ TMWS_STDIO_FALLBACK: 'false' }, { TMWS_BRIDGE_MODE: 'websocket' }, { TMWS_STDIO_ENABLED: 'false' }] as Record<
    string,
    string
  >[]) {
    test(`${JSON.stringify(env)} leaves the database alone`, async ({ makePlace }) => {
      const place = makePlace()
      const host = new BridgeHost(place, await freePort(), { env })
      expect(await host.initialize()).toHaveProperty('result.serverInfo')
      expect(JSON.stringify(await host.ask('tools/list', {}, 12_000))).toMatch(/TMWS is not running/)
      if (env['TMWS_STDIO_ENABLED'] !== undefined) expect(JSON.stringify(host.heard)).toMatch(/TMWS_STDIO_ENABLED is false/)
    })
  }
})

test.describe('any surroundings', () => {
  test('a minimal environment, a path with spaces, arguments of strangers', async ({ makePlace }) => {
    const place = makePlace()
    const home = join(place.folder, 'a path with spaces')
    mkdirSync(join(home, 'resources'), { recursive: true })
    for (const part of ['bridge', 'fallback']) cpSync(join(ROOT, 'out', part), join(home, 'out', part), { recursive: true })
    cpSync(join(ROOT, 'package.json'), join(home, 'package.json'))
    symlinkSync(join(ROOT, 'node_modules'), join(home, 'node_modules'))
    symlinkSync(join(ROOT, 'resources', 'models'), join(home, 'resources', 'models'))
    const host = new BridgeHost(place, await freePort(), {
      program: join(home, 'out', 'bridge', 'tmws-bridge.cjs'),
      args: ['--type=utility', 'entry.js', '--no-sandbox', '--inspect-me', 'yes'],
      onlyEnv: { PATH: '/usr/bin:/bin', HOME: home, ELECTRON_RUN_AS_NODE: '1', TMWS_DATA_DIR: join(home, 'data here') },
    })
    await host.initialize()
    await host.store('kept under a path with spaces')
    await until('the meaning', async () => (await host.search('retained below a folder')).length > 0)
    const [standIn = 0] = childrenOf(host.process.pid)
    expect(readFileSync(`/proc/${standIn}/environ`, 'utf8').split('\0')).toContain('ELECTRON_RUN_AS_NODE=1')
  })

  test('nothing but the protocol comes out, whatever is loaded into both processes', async ({ makePlace }) => {
    const place = makePlace()
    const noise = join(place.folder, 'noise.cjs')
    writeFileSync(
      noise,
      "console.log('noise'); setInterval(() => { console.log('noise'); process.stdout.write('more noise\\n') }, 5).unref()",
    )
    const host = new BridgeHost(place, await freePort(), { env: { NODE_OPTIONS: `--require ${noise}` } })
    // What a preloaded script writes before our first line runs is beyond us; the process that stands in drops it.
    const first = () => host.process.stdout.indexOf('{')
    host.say({
      id: 1,
      method: 'initialize',
      params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'h', version: '1' } },
    })
    for (let id = 2; id <= 10; id += 1) host.say({ id, method: 'tools/list', params: {} })
    await until('the answers', () => host.process.stdout.includes('"id":10'))
    const lines = host.process.stdout.slice(first()).split('\n').slice(0, -1)
    expect(lines.map((line) => (JSON.parse(line) as { id: number }).id).toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    expect(host.process.stderr).toContain('more noise')
  })

  test('a bridge that was copied alone says what is missing', async ({ makePlace }) => {
    const place = makePlace()
    const alone = join(place.folder, 'alone', 'bridge.cjs')
    cpSync(BUILT.bridge, alone)
    const host = new BridgeHost(place, await freePort(), { program: alone })
    await host.initialize()
    expect(JSON.stringify(await host.ask('tools/list', {}, 12_000))).toMatch(
      /TMWS is not running.*is not there\. Run the bridge where TMWS is installed/,
    )
  })
})
