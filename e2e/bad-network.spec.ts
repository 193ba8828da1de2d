import { setTimeout as delay } from 'node:timers/promises'
import { RestClient } from './clients/rest-client.ts'
import { BadNetwork } from './faults/bad-network.ts'
import { bridgeUser, libraryUser, socketUser } from './faults/network-users.ts'
import { work, WorkLog } from './faults/network-work.ts'
import { seedFrom } from './faults/seeded-random.ts'
import { expect, test } from './fixtures.ts'
import { INSPECTABLE, liveMib, residentMib } from './processes/process-vitals.ts'
import type { RunningServer } from './processes/server-process.ts'
import { until } from './processes/until.ts'

/** The seed of a run, to have its mishaps again: `TMWS_NETWORK_SEED=42`. */
const SEED = seedFrom('TMWS_NETWORK_SEED')
const BAD_FOR_MS = Number(process.env['TMWS_NETWORK_SECONDS'] ?? 60) * 1000
const WORKS_AGAIN_WITHIN_MS = 10_000
const LANES = 4
/** A few thousand memories with their vectors are in there; an unbounded queue would be far more. */
const LIVE_GROWTH_MIB = 40
const RESIDENT_GROWTH_MIB = 250

async function everything(server: RunningServer): Promise<{ id: string; content: string; agent_id: string }[]> {
  const owner = new RestClient(server.apiUrl, { headers: { authorization: `Bearer ${server.ownerToken}` } })
  const rows: { id: string; content: string; agent_id: string }[] = []
  for (let cursor = ''; ;) {
    const { status, text, body } = await owner.get(`/memory?limit=100${cursor}`)
    expect(status, text).toBe(200)
    rows.push(...(body['memories'] as typeof rows)) // the contract of the path
    if (typeof body['next_cursor'] !== 'string') return rows
    cursor = `&cursor=${encodeURIComponent(body['next_cursor'])}`
  }
}

async function sessionsOf(server: RunningServer): Promise<unknown> {
  const owner = new RestClient(server.apiUrl, { headers: { authorization: `Bearer ${server.ownerToken}` } })
  return (await owner.get('/stats')).body['total_sessions']
}

test('a minute of a network that delays, cuts, swallows, loses and doubles: nothing hangs, and every acknowledged memory is there once', async ({
  startServer,
  closing,
}) => {
  test.setTimeout(BAD_FOR_MS + 180_000)
  const settings = {
    TMWS_RATE_LIMIT_ENABLED: 'false',
    TMWS_EMBEDDING_PROVIDER: 'hash',
    // A stream that is damaged and then quiet is noticed by its missing pongs.
    TMWS_WS_PING_INTERVAL: '1',
    TMWS_WS_PING_TIMEOUT: '2',
    ...INSPECTABLE,
  }
  const server = await (await startServer({ env: settings })).untilHealthy()
  const network = closing(await BadNetwork.to(server.wsPort, SEED))
  const wrongAnswers: string[] = []
  const users = [
    ...(await Promise.all(['bridge-1', 'bridge-2'].map((name) => bridgeUser(server, network.port, name)))),
    ...['library-1', 'library-2'].map((name) => libraryUser(network.port, name)),
    ...['socket-1', 'socket-2'].map((name) => socketUser(network.port, name, (fault) => wrongAnswers.push(fault))),
  ].map((user) => closing(user))
  const before = { live: await liveMib(server.process), resident: residentMib(server.process.pid) ?? 0 }

  const stop = new AbortController()
  const logs = users.map(() => new WorkLog())
  const working = users.flatMap((user, index) => Array.from({ length: LANES }, (_, lane) => work(user, lane, logs[index]!, stop.signal)))
  await until('everybody to be at work', () => logs.every(({ found }) => found > 0))
  // Each connection of now goes silent for good. Only its own client can notice, and all of them have calls under way.
  network.swallowAll()
  network.spoil()
  let healthChecks = 0
  for (const end = Date.now() + BAD_FOR_MS; Date.now() < end; healthChecks += 1) {
    expect((await server.health()).status).toBe('healthy')
    await delay(500)
  }
  network.heal()
  stop.abort()
  await Promise.all(working)

  const facts = users.map(({ name }, index) => {
    const { kept, found, sent, slowestMs, failures } = logs[index]!
    return `${name}: ${sent.size} sent, ${kept.length} kept, ${found} found, slowest ${Math.round(slowestMs)} ms, ${JSON.stringify([...failures])}`
  })
  console.log(`bad network: seed ${SEED}, ${network.connections} connections, ${JSON.stringify(network.mishaps)}\n${facts.join('\n')}`)

  await test.step('no answer was wrong or meant for another request, and none took longer than its deadline', () => {
    expect([...wrongAnswers, ...logs.flatMap((log) => log.faults)]).toEqual([])
  })
  await test.step('everybody got work done, and the network was bad enough', () => {
    for (const [index, { kept, found }] of logs.entries()) expect(Math.min(kept.length, found), facts[index]).toBeGreaterThan(5)
    const { reset = 0, end = 0, hole = 0, drop = 0, duplicate = 0 } = network.mishaps
    expect(reset + end + hole + drop + duplicate).toBeGreaterThan(10)
    expect(network.connections).toBeGreaterThan(users.length * 2)
  })
  await test.step('every acknowledged memory is there exactly once, and nothing that nobody wrote', async () => {
    const rows = await everything(server)
    const byId = new Map(rows.map((row) => [row.id, row]))
    const kept = logs.flatMap((log) => log.kept)
    expect(kept.filter(({ id, content, agentId }) => byId.get(id)?.content !== content || byId.get(id)?.agent_id !== agentId)).toEqual([])
    expect(new Set(rows.map(({ content }) => content)).size).toBe(rows.length)
    const sent = new Set(logs.flatMap((log) => [...log.sent]))
    expect(rows.filter(({ content }) => !sent.has(content))).toEqual([])
  })
  await test.step('on a good network every client works at once', async () => {
    const tries = users.map(async (user) => {
      const content = `Good again, says ${user.name}.`
      const start = performance.now()
      const { memory } = (await user.call('store_memory', { content })) as { memory: { content: string } } // the tool's contract
      expect(memory.content).toBe(content)
      expect(performance.now() - start).toBeLessThan(WORKS_AGAIN_WITHIN_MS)
    })
    await Promise.all(tries)
  })
  await test.step('no session is left when the clients have gone, and the server holds no more than it should', async () => {
    await Promise.all(users.map((user) => user.close()))
    await until('every session to end', async () => (await sessionsOf(server)) === 0, 15_000)
    expect((await liveMib(server.process)) - before.live).toBeLessThan(LIVE_GROWTH_MIB)
    expect((residentMib(server.process.pid) ?? 0) - before.resident).toBeLessThan(RESIDENT_GROWTH_MIB)
    expect(server.process.isRunning).toBe(true)
  })
})
