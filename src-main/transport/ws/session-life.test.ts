import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { silentLog } from '../../base/log.ts'
import type { Memory } from '../../contract/memory.ts'
import type { ServerEvent } from '../../contract/events.ts'
import { NOTICES_LOST_METHOD, RESOURCE_UPDATED_METHOD, TASK_ASSIGNED_METHOD } from '../../contract/protocol.ts'
import type { Task } from '../../contract/task.ts'
import { MemoryServer } from '../../server/memory-server.ts'
import { testConfig, TestServer } from '../../server/testing/start-test-server.ts'
import { refusalOf, WsClient } from './testing/ws-client.ts'
import type { RpcMessage, WsClientOptions } from './testing/ws-client.ts'

let server: TestServer
const clients: WsClient[] = []
beforeAll(async () => {
  server = await TestServer.start()
})
afterAll(() => server.stop())
afterEach(() => {
  for (const client of clients.splice(0)) client.socket.terminate()
})

async function open(agent: string, secret?: string, at = server.wsUrl, more: WsClientOptions = {}): Promise<WsClient> {
  const client = await WsClient.open(at, { agent, ...more, ...(secret !== undefined && { headers: { 'x-session-resume': secret } }) })
  clients.push(client)
  return client
}

async function store(agent: string, content: string): Promise<string> {
  return (await server.rest<{ memory: Memory }>('POST', '/memory', { agent, body: { content } })).body.memory.id
}

const change = (agent: string, id: string, content: string) => server.rest('PATCH', `/memory/${id}`, { agent, body: { content } })
const give = (to: string, title: string) =>
  server.rest<{ task: Task }>('POST', '/tasks', { agent: 'lead', body: { title, assigned_agent_id: to } })

/** What a client was told, as its method and what it is about. */
function toldTo(client: WsClient): string[] {
  return client.messages.flatMap(({ method, params }) => {
    if (method === RESOURCE_UPDATED_METHOD) return [String(params?.['uri'])]
    if (method === TASK_ASSIGNED_METHOD) return [`task ${(params?.['task'] as Task).title}`]
    return method === NOTICES_LOST_METHOD ? ['something is missing'] : []
  })
}

async function subscribe(client: WsClient, ...uris: string[]): Promise<void> {
  for (const uri of uris) expect((await client.ask('resources/subscribe', { uri })).result).toEqual({})
}

const isCall = ({ id }: RpcMessage): boolean => id !== undefined

describe('a client that was away', () => {
  test('is told what it missed at once, each thing once, as it is now', async () => {
    const id = await store('ann', 'the first draft')
    const first = await open('ann')
    await subscribe(first, `memory://${id}`, 'memory://recent', 'memory://stats')
    await first.close()
    for (const draft of ['second', 'third']) await change('ann', id, `the ${draft} draft`)
    const { task } = (await give('ann', 'Read it')).body
    await give('ann', 'Will be taken away again').then(({ body }) =>
      server.rest('POST', `/tasks/${body.task.id}/assign`, { agent: 'lead', body: { assigned_agent_id: 'someone-else' } }),
    )
    await server.rest('PATCH', `/tasks/${task.id}`, { agent: 'lead', body: { title: 'Read it twice' } })
    await give('someone-else', 'Not for Ann')
    const second = await open('ann', first.resumeSecret)
    await second.heard(({ method }) => method === TASK_ASSIGNED_METHOD)
    expect(toldTo(second).toSorted()).toEqual(['memory://recent', 'memory://stats', `memory://${id}`, 'task Read it twice'].toSorted())
    expect(second.messages.filter(isCall)).toEqual([])
    await change('ann', id, 'the fourth draft')
    await expect.poll(() => toldTo(second).filter((uri) => uri === `memory://${id}`)).toHaveLength(2)
  })

  test('hears of a memory that was deleted meanwhile, and then no more', async () => {
    const id = await store('ben', 'soon gone')
    const first = await open('ben')
    await subscribe(first, `memory://${id}`)
    first.socket.terminate()
    await expect.poll(async () => (await server.rest('GET', `/sessions/${first.sessionId}`, { headers: server.owner })).status).toBe(404)
    await server.rest('DELETE', `/memory/${id}`, { agent: 'ben' })
    const second = await open('ben', first.resumeSecret)
    await expect.poll(() => toldTo(second)).toEqual([`memory://${id}`])
    expect((await second.ask('get_session_statistics')).result).toMatchObject({ session_id: first.sessionId, subscriptions: 0 })
  })

  test('is told again what was sent into a connection that was dead already', async () => {
    const id = await store('cat', 'unheard')
    const first = await open('cat')
    await subscribe(first, `memory://${id}`)
    // The cable is pulled: nothing is read any more, and nobody knows.
    first.socket.pause()
    await change('cat', id, 'unheard still')
    await give('cat', 'Unheard of')
    const second = await open('cat', first.resumeSecret)
    await expect.poll(() => toldTo(second).toSorted()).toEqual([`memory://${id}`, 'task Unheard of'].toSorted())
  })

  test('is told nothing of what it surely got', async () => {
    await using quick = await TestServer.start({ TMWS_WS_PING_INTERVAL: '1', TMWS_WS_PING_TIMEOUT: '1' })
    const first = await open('dan', undefined, quick.wsUrl)
    await quick.rest('POST', '/tasks', { agent: 'lead', body: { title: 'Heard', assigned_agent_id: 'dan' } })
    await expect.poll(() => toldTo(first)).toEqual(['task Heard'])
    await new Promise((resolve) => setTimeout(resolve, 1_300))
    await first.close()
    const second = await open('dan', first.resumeSecret, quick.wsUrl)
    await second.ask('get_agent_info')
    expect(toldTo(second)).toEqual([])
  })

  test('goes on with its figures', async () => {
    const first = await open('eve')
    await first.ask('create_memory', { content: 'counted' })
    await first.ask('create_memory', {})
    await first.close()
    const second = await open('eve', first.resumeSecret)
    expect((await second.ask('get_session_statistics')).result).toMatchObject({ requests: 2, errors: 1 })
  })
})

test('over a restart a session has its id, agent and subscriptions, and is told of all it follows and of its open tasks', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tmws-restart-'))
  try {
    const before = await MemoryServer.start(testConfig(folder), silentLog)
    const first = await open('fay', undefined, before.addresses.wsUrl)
    await first.callTool('register_agent', { agent_id: 'editor' })
    await first.callTool('switch_agent', { agent_id: 'editor' })
    const stored = (await first.ask('create_memory', { content: 'followed' })).result?.['memory'] as Memory
    const gone = (await first.ask('create_memory', { content: 'deleted while it was away' })).result?.['memory'] as Memory
    await subscribe(first, `memory://${stored.id}`, `memory://${gone.id}`, 'memory://tags')
    await before.stop()
    expect((await first.closed).code).toBe(1001)

    const after = await MemoryServer.start(testConfig(folder), silentLog)
    const rest = (path: string, method: string, body?: unknown) =>
      fetch(`${after.addresses.apiUrl}/api/v1${path}`, {
        method,
        headers: { ...(body !== undefined && { 'content-type': 'application/json' }), 'x-agent-id': 'editor' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
    await rest(`/memory/${gone.id}`, 'DELETE')
    await rest('/tasks', 'POST', { title: 'New', assigned_agent_id: 'editor' })
    const second = await open('fay', first.resumeSecret, after.addresses.wsUrl)
    await second.heard(({ method }) => method === TASK_ASSIGNED_METHOD)
    expect(second.sessionId).toBe(first.sessionId)
    expect(toldTo(second)).toEqual(['something is missing', `memory://${stored.id}`, `memory://${gone.id}`, 'memory://tags', 'task New'])
    expect((await second.ask('get_session_statistics')).result).toMatchObject({ agent_id: 'editor', subscriptions: 2 })
    expect((await second.ask('search_memories', { query: 'followed' })).result).toMatchObject({ count: 1 })
    const health = (await (await fetch(`${after.addresses.apiUrl}/health`)).json()) as { checks: { state: unknown } }
    expect(health.checks.state).toEqual({ status: 'healthy', provider: 'SQLite', durable: true, resume_ttl_seconds: 600 })
    await after.stop()
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test('without a file nothing outlives the process, and health says so', async () => {
  await using volatile = await TestServer.start({ TMWS_DATABASE_URL: 'volatile:', TMWS_SESSION_RESUME_TTL: '60' })
  expect((await volatile.rest('GET', '//health')).body).toMatchObject({
    checks: { state: { status: 'healthy', provider: 'volatile', durable: false, resume_ttl_seconds: 60 } },
  })
})

describe('DELETE /sessions/{id}', () => {
  test('closes with 4403 and the reason, voids the secret, and the feed says why', async () => {
    const feed = await WsClient.open(`${server.apiUrl.replace('http:', 'ws:')}/api/v1/events`, { headers: server.owner })
    clients.push(feed)
    const client = await open('gus')
    const path = `/sessions/${client.sessionId}`
    expect((await server.rest('GET', path, { agent: 'gus' })).body).toMatchObject({
      session: { session_id: client.sessionId, agent_id: 'gus', duration_seconds: expect.any(Number) as number },
    })
    const answer = await server.rest('DELETE', `${path}?reason=${encodeURIComponent('too loud — 静かに')}`, { headers: server.owner })
    expect([answer.status, answer.body]).toMatchObject([200, { disconnected: true, session: { session_id: client.sessionId } }])
    expect(await client.closed).toEqual({ code: 4403, reason: 'Disconnected: too loud — 静かに' })
    const isEnd = (message: RpcMessage): boolean => {
      const event = message as unknown as ServerEvent // the feed sends nothing else
      return event.type === 'session-closed' && event.session.session_id === client.sessionId
    }
    expect(await feed.heard(isEnd)).toMatchObject({ reason: 'disconnected by owner: too loud — 静かに' })
    const back = await open('gus', client.resumeSecret)
    expect(back.sessionId).not.toBe(client.sessionId)
  })

  test('cancels what runs, even of a peer that does not read', async () => {
    const client = await open('hal')
    client.socket.pause()
    await server.rest('DELETE', `/sessions/${client.sessionId}`, { headers: server.owner })
    await expect
      .poll(() => server.server.context.sockets?.connectionCount, { timeout: 3_000 })
      .toBe(clients.filter(({ socket }) => socket.readyState === socket.OPEN).length - 1)
  })

  test('is for the person; an agent may not end its own, and does not know those of others', async () => {
    const client = await open('ida')
    const path = `/sessions/${client.sessionId}`
    expect((await server.rest('DELETE', path, { agent: 'ida' })).body.error.code).toBe('forbidden')
    for (const method of ['GET', 'DELETE']) expect((await server.rest(method, path, { agent: 'other' })).body.error.code).toBe('not_found')
    expect((await server.rest('DELETE', '/sessions/nobody', { headers: server.owner })).status).toBe(404)
    expect((await server.rest('DELETE', `${path}?reason=${'x'.repeat(101)}`, { headers: server.owner })).status).toBe(400)
    expect((await client.ask('disconnect_session')).error?.code).toBe(-32601)
    expect((await client.callTool('disconnect_session', { session_id: client.sessionId })).content).toBeUndefined()
    expect((await client.ask('get_agent_info')).result).toMatchObject({ agent_id: 'ida' })
  })
})

test('an agent has its own limit of connections, said with 503', async () => {
  await using small = await TestServer.start({ TMWS_WS_MAX_CONNECTIONS_PER_AGENT: '2' })
  const own = [await open('jan', undefined, small.wsUrl), await open('jan', undefined, small.wsUrl)]
  const refusal = await refusalOf(small.wsUrl, { agent: 'jan' })
  expect([refusal.status, refusal.body.error]).toMatchObject([
    503,
    { code: 'unavailable', message: expect.stringContaining('TMWS_WS_MAX_CONNECTIONS_PER_AGENT') as string, details: { agent_id: 'jan' } },
  ])
  await open('kim', undefined, small.wsUrl)
  await own[0]?.close()
  await open('jan', own[0]?.resumeSecret, small.wsUrl)
})

test('a client that is refused for its rate keeps its secret', async () => {
  await using strict = await TestServer.start({ TMWS_RATE_LIMIT_REQUESTS: '3', TMWS_RATE_LIMIT_PERIOD: '1' })
  const first = await open('leo', undefined, strict.wsUrl)
  await first.ask('get_agent_info')
  await first.ask('get_agent_info')
  await first.close()
  const headers = { 'x-session-resume': first.resumeSecret }
  expect((await refusalOf(strict.wsUrl, { agent: 'leo', headers })).status).toBe(429)
  await new Promise((resolve) => setTimeout(resolve, 1_050))
  expect((await open('leo', first.resumeSecret, strict.wsUrl)).sessionId).toBe(first.sessionId)
})
