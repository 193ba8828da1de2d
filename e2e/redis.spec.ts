import { HEADERS } from '../src-main/contract/protocol.ts'
import { findRedis, RedisProcess } from '../resources/scripts/redis-process.ts'
import { RawSocket } from './clients/raw-socket.ts'
import { RestClient } from './clients/rest-client.ts'
import { ResumingSocket } from './faults/resuming-socket.ts'
import { expect, test as base } from './fixtures.ts'
import type { RunningServer } from './processes/server-process.ts'
import { until } from './processes/until.ts'

// Each instance has a store of its own: what they share here is on Redis alone.
const test = base.extend<{ redis: RedisProcess; startOn: (env?: Record<string, string>) => Promise<RunningServer> }>({
  // eslint-disable-next-line no-empty-pattern -- Playwright reads from the pattern which fixtures this one needs
  redis: async ({}, use) => {
    const redis = await RedisProcess.start()
    await use(redis)
    redis.thaw()
    await redis.remove()
  },
  startOn: async ({ redis, startServer }, use) => {
    await use((env = {}) => startServer({ env: { TMWS_REDIS_URL: redis.url, TMWS_EMBEDDING_PROVIDER: 'off', ...env } }))
  },
})
test.skip(findRedis() === undefined, 'There is no redis-server here (see resources/scripts/setup-redis.ts).')

interface StateCheck {
  readonly status: string
  readonly message?: string
}

function ownerOf(server: RunningServer): RestClient {
  return new RestClient(server.apiUrl, { headers: { authorization: `Bearer ${server.ownerToken}` } })
}

async function stateOf(server: RunningServer): Promise<StateCheck> {
  const { checks } = (await (await fetch(`${server.apiUrl}/health`)).json()) as { checks: { state: StateCheck } } // our own health
  return checks.state
}

async function untilState(server: RunningServer, status: string): Promise<StateCheck> {
  return until(
    `the state to be ${status}`,
    async () => {
      const state = await stateOf(server)
      return state.status === status ? state : undefined
    },
    20_000,
  )
}

/** Types of the frames on a server's feed, as the owner hears them. */
async function feedOf(server: RunningServer): Promise<RawSocket> {
  const url = `${server.apiUrl.replace('http:', 'ws:')}/api/v1/events`
  const feed = await RawSocket.open(url, { authorization: `Bearer ${server.ownerToken}` })
  await until('the feed to say hello', () => typesOn(feed).includes('hello'))
  return feed
}

function typesOn(feed: RawSocket): string[] {
  return feed.frames.map((frame) => (JSON.parse(frame) as { type: string }).type) // the feed speaks JSON
}

test('a client whose instance is killed goes on with another: session, agent, subscriptions', async ({ startOn, closing }) => {
  const [a, b] = [await startOn(), await startOn()]
  let at = a.wsUrl
  const client = closing(new ResumingSocket(() => at, 'traveller'))
  await client.tool('register_agent', { agent_id: 'role' })
  await client.tool('switch_agent', { agent_id: 'role' })
  await client.ask('resources/subscribe', { uri: 'memory://recent' })
  const { sessionId } = client
  await until('the other instance to show it', async () => {
    const { body } = await ownerOf(b).get('/sessions')
    return (body['sessions'] as { session_id: string }[]).some(({ session_id: id }) => id === sessionId)
  })
  await a.kill()
  at = b.wsUrl
  expect(await client.tool('get_agent_info', {})).toMatchObject({ agent_id: 'role' })
  expect(client.sessionId).toBe(sessionId)
  const told = (): number =>
    client.told.filter(({ method, params }) => method?.endsWith('updated') === true && params?.['uri'] === 'memory://recent').length
  const before = told()
  await client.tool('store_memory', { content: 'written on the second instance' })
  await until('its subscription to speak', () => told() > before)
})

test('a client that moves while its old connection lives is on one instance only, and keeps what it became there', async ({
  startOn,
  closing,
}) => {
  const [a, b] = [await startOn(), await startOn()]
  const headers = { [HEADERS.agentId]: 'nomad' }
  const first = closing(await RawSocket.open(a.wsUrl, headers))
  const welcome = async (socket: RawSocket) => (await socket.next(({ method }) => method === 'welcome')).params ?? {}
  const { session_id: id, resume_token: token } = await welcome(first)
  const second = closing(await RawSocket.open(b.wsUrl, { ...headers, [HEADERS.sessionResume]: String(token) }))
  const moved = await welcome(second)
  expect(moved['session_id']).toBe(id)
  await until('the first connection to end', () => !first.isOpen)
  const call = (socket: RawSocket, name: string, args: object) => socket.request('tools/call', { name, arguments: args })
  await second.request('initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'raw', version: '1' } })
  await call(second, 'register_agent', { agent_id: 'other-role' })
  await call(second, 'switch_agent', { agent_id: 'other-role' })
  const back = closing(await RawSocket.open(a.wsUrl, { ...headers, [HEADERS.sessionResume]: String(moved['resume_token']) }))
  expect(await welcome(back)).toMatchObject({ session_id: id, agent_id: 'other-role' })
  const again = closing(await RawSocket.open(b.wsUrl, { ...headers, [HEADERS.sessionResume]: String(token) }))
  expect((await welcome(again))['session_id'], 'a spent secret').not.toBe(id)
})

test('what happens on one instance is heard on the feed of the other, once', async ({ startOn, closing }) => {
  const [a, b] = [await startOn(), await startOn()]
  const feed = closing(await feedOf(b))
  const { body } = await new RestClient(a.apiUrl, { agentId: 'alice' }).post('/memory', { content: 'told everywhere' })
  const { id } = body['memory'] as { id: string }
  const heard = () => feed.frames.filter((frame) => frame.includes('memory-stored') && frame.includes(id))
  await until('the event', () => heard().length > 0)
  await new RestClient(b.apiUrl, { agentId: 'bob' }).post('/memory', { content: 'and the own' })
  await until('the own event', () => typesOn(feed).filter((type) => type === 'memory-stored').length > 1)
  expect([heard().length, typesOn(feed).filter((type) => type === 'hello').length]).toEqual([1, 1])
})

test('limits of requests and of connections are shared', async ({ startOn, closing }) => {
  const limits = { TMWS_RATE_LIMIT_REQUESTS: '10', TMWS_WS_MAX_CONNECTIONS_PER_AGENT: '2' }
  const servers = [await startOn(limits), await startOn(limits)]
  const answers = await Promise.all(
    Array.from({ length: 30 }, (_, index) => new RestClient(servers[index % 2]!.apiUrl, { agentId: 'busy' }).get('/memory')),
  )
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(10)
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(20)
  const headers = { [HEADERS.agentId]: 'crowd' }
  for (const server of servers) closing(await RawSocket.open(server.wsUrl, headers))
  for (const server of servers) await expect(RawSocket.open(server.wsUrl, headers)).rejects.toThrow('refused')
  const { body } = await ownerOf(servers[0]!).get('/stats')
  await until('both to be counted', async () => (await ownerOf(servers[0]!).get('/stats')).body['total_sessions'] === 2)
  expect(body['ws_connections']).toBe(1)
})

test('the person ends a session of another instance', async ({ startOn, closing }) => {
  const [a, b] = [await startOn(), await startOn()]
  const socket = closing(await RawSocket.open(a.wsUrl, { [HEADERS.agentId]: 'guest' }))
  const { params } = await socket.next(({ method }) => method === 'welcome')
  const path = `/sessions/${String(params?.['session_id'])}`
  await until('the other instance to know it', async () => (await ownerOf(b).get(path)).status === 200)
  expect((await new RestClient(b.apiUrl, { agentId: 'stranger' }).get(path)).status).toBe(404)
  expect((await ownerOf(b).delete(path)).status).toBe(200)
  expect((await socket.closed).code).toBe(4403)
})

/** How long Redis is away each time, in milliseconds. */
const OUTAGE_MS = 20_000

function outageSince(began: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, OUTAGE_MS - (performance.now() - began)))
}

test('Redis that hangs, and Redis that dies and comes back empty, under load: degraded, healed, a gap told, nobody refused', async ({
  redis,
  startOn,
  closing,
}) => {
  test.setTimeout(180_000)
  const [a, b] = [await startOn(), await startOn()]
  const feed = closing(await feedOf(b))
  const client = closing(new ResumingSocket(() => a.wsUrl, 'worker'))
  const over = new AbortController()
  const failures: string[] = []
  const slowest = { ms: 0 }
  const load = (async () => {
    for (let number = 0; !over.signal.aborted; number += 1) {
      const start = performance.now()
      await client.tool('store_memory', { content: `note ${number}` }).catch((error: unknown) => failures.push(String(error)))
      slowest.ms = Math.max(slowest.ms, performance.now() - start)
      // Within what one agent may ask in a minute.
      await new Promise((resolve) => setTimeout(resolve, 60))
    }
  })()
  const greetings = () => typesOn(feed).filter((type) => type === 'hello').length

  redis.freeze()
  let began = performance.now()
  for (const server of [a, b]) expect((await untilState(server, 'degraded')).message).toContain('Redis does not work')
  const newcomer = closing(await RawSocket.open(b.wsUrl, { [HEADERS.agentId]: 'newcomer' }))
  expect((await newcomer.next(({ method }) => method === 'welcome')).params).toHaveProperty('resume_token')
  await outageSince(began)
  redis.thaw()
  for (const server of [a, b]) await untilState(server, 'healthy')

  const before = greetings()
  await redis.kill()
  began = performance.now()
  for (const server of [a, b]) await untilState(server, 'degraded')
  await outageSince(began)
  await redis.startAgain()
  for (const server of [a, b]) await untilState(server, 'healthy')
  await until('the feed to say that events may be lost', () => greetings() > before, 20_000)

  over.abort()
  await load
  const seen = typesOn(feed).length
  const { body } = await new RestClient(a.apiUrl, { agentId: 'worker' }).post('/memory', { content: 'after all' })
  await until('events to flow again', () => feed.frames.slice(seen).some((frame) => frame.includes((body['memory'] as { id: string }).id)))
  expect(failures).toEqual([])
  expect(slowest.ms).toBeLessThan(10_000)
  for (const server of [a, b]) expect(server.process.isRunning).toBe(true)
})

test('a start without Redis is degraded and does not hang; it heals when Redis comes', async ({ redis, startOn }) => {
  await redis.kill()
  const start = performance.now()
  const server = await startOn()
  expect(performance.now() - start).toBeLessThan(15_000)
  expect(await stateOf(server)).toMatchObject({ status: 'degraded', message: expect.stringContaining('ECONNREFUSED') })
  const doctor = () => server.place.doctor({ TMWS_REDIS_URL: redis.url, TMWS_EMBEDDING_PROVIDER: 'off' })
  const ill = await doctor()
  expect(ill.stdout).toMatch(/^.*Redis\s+.*ECONNREFUSED/m)
  expect(ill.code, ill.stdout).toBe(1)
  await redis.startAgain()
  await untilState(server, 'healthy')
  const well = await doctor()
  expect(well.stdout).toMatch(/^.*Redis\s+version \d+\.\d+\S* answers$/m)
  expect(well.code, well.stdout).toBe(0)
})
