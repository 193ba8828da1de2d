import { setTimeout as delay } from 'node:timers/promises'
import { bridgeClient, libraryClient, socketClient } from './faults/restart-clients.ts'
import type { RestartClient } from './faults/restart-clients.ts'
import { SeededRandom, seedFrom } from './faults/seeded-random.ts'
import { RestClient } from './clients/rest-client.ts'
import { expect, test } from './fixtures.ts'
import { freePort } from './processes/bridge-host.ts'
import type { RunningServer } from './processes/server-process.ts'
import { until } from './processes/until.ts'

const RESTARTS = 20
const ANSWER_WITHIN_MS = 10_000
const seed = seedFrom('TMWS_RESTART_SEED')

interface Written {
  readonly content: string
  readonly id?: string
  readonly failure?: string
  readonly ms: number
}

/** Stores numbered memories and looks for what it stored, until it is told to stop. */
async function write(client: RestartClient, random: SeededRandom, over: AbortSignal): Promise<Written[]> {
  const written: Written[] = []
  for (let number = 0; !over.aborted; number += 1) {
    const content = `${client.name} wrote number ${number}`
    const start = performance.now()
    const outcome = await client.tool('store_memory', { content }).then(
      ({ memory }) => ({ id: (memory as { id: string }).id }),
      (error: unknown) => ({ failure: String(error) }),
    )
    written.push({ content, ...outcome, ms: performance.now() - start })
    if (number % 5 === 0) await client.tool('semantic_search', { query: `number ${number}`, limit: 3 }).catch(() => undefined)
    await delay(20 + random.next() * 60)
  }
  return written
}

async function everything(server: RunningServer): Promise<Map<string, string>> {
  const owner = new RestClient(server.apiUrl, { headers: { authorization: `Bearer ${server.ownerToken}` } })
  const kept = new Map<string, string>()
  for (let cursor = ''; ;) {
    const { body } = await owner.get(`/memory?limit=100${cursor}`)
    for (const { id, content } of body['memories'] as { id: string; content: string }[]) kept.set(id, content)
    if (typeof body['next_cursor'] !== 'string') return kept
    cursor = `&cursor=${encodeURIComponent(body['next_cursor'])}`
  }
}

test(`${RESTARTS} restarts at random moments under 12 clients (seed ${seed})`, async ({ makePlace, closing }) => {
  test.setTimeout(240_000)
  const place = makePlace()
  const random = new SeededRandom(seed)
  const [wsPort, apiPort] = [await freePort(), await freePort()]
  const start = (): Promise<RunningServer> =>
    place.start({ wsPort, apiPort, env: { TMWS_EMBEDDING_PROVIDER: 'off', TMWS_LOG_LEVEL: 'error' } })
  let server = await start()
  const clients: RestartClient[] = [0, 1, 2, 3].flatMap((index) => [
    closing(socketClient(`socket-${index}`, wsPort)),
    closing(libraryClient(`library-${index}`, wsPort)),
    closing(bridgeClient(`bridge-${index}`, place, wsPort, index % 2 === 0 ? 'hybrid' : 'websocket')),
  ])
  const sessionOf = async (client: RestartClient) => String((await client.tool('get_session_statistics', {}))['session_id'])
  const sessions = new Map<string, string>()
  const watched = new Map<string, string>()
  for (const client of clients) {
    await client.tool('register_agent', { agent_id: `${client.name}-role` })
    await client.tool('switch_agent', { agent_id: `${client.name}-role` })
    const { memory } = await client.tool('store_memory', { content: `watched by ${client.name}` })
    watched.set(client.name, (memory as { id: string }).id)
    await client.subscribe?.(`memory://${(memory as { id: string }).id}`)
    sessions.set(client.name, await sessionOf(client))
  }
  const over = new AbortController()
  const writing = clients.map((client) => write(client, random, over.signal))
  for (let restart = 0; restart < RESTARTS; restart += 1) {
    await delay(100 + random.next() * 900)
    if (restart % 2 === 0) await server.kill()
    else await server.stop()
    await delay(random.next() * 300)
    server = await start()
  }
  await delay(1_000)
  over.abort()
  const written = (await Promise.all(writing)).flat()

  await test.step('every request was answered in time', () => {
    expect(written.length).toBeGreaterThan(clients.length * RESTARTS)
    expect(written.filter(({ ms }) => ms > ANSWER_WITHIN_MS + 500)).toEqual([])
  })
  await test.step('every acknowledged write is there once, and what was not done says that the server was away', async () => {
    const kept = await everything(server)
    const wrong = written.filter(({ id, content }) => id !== undefined && kept.get(id) !== content)
    expect(wrong).toEqual([])
    const contents = [...kept.values()]
    expect(new Set(contents).size).toBe(contents.length)
    const away = /is stopping|is not running|does not answer|not answered within|did not answer in time|had no answer within|lost twice/
    expect(written.flatMap(({ failure }) => (failure === undefined || away.test(failure) ? [] : [failure]))).toEqual([])
    // Most calls wait the outage out.
    expect(written.filter(({ failure }) => failure !== undefined).length).toBeLessThan(written.length / 4)
  })
  await test.step('every client has its own session and agent, and hears of what it subscribed to', async () => {
    for (const client of clients) {
      const info = await client.tool('get_agent_info', {})
      expect([client.name, info['agent_id'], await sessionOf(client)]).toEqual([
        client.name,
        `${client.name}-role`,
        sessions.get(client.name),
      ])
      if (!client.updates) continue
      const uri = `memory://${watched.get(client.name) ?? ''}`
      const before = client.updates().filter((told) => told === uri).length
      await client.tool('update_memory', { memory_id: watched.get(client.name), importance: 0.9 })
      await until(`${client.name} to hear of it`, () => (client.updates?.() ?? []).filter((told) => told === uri).length > before, 5_000)
    }
  })
})
