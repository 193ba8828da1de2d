import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { ServerEvent } from '../../contract/events.ts'
import type { Memory } from '../../contract/memory.ts'
import type { Task } from '../../contract/task.ts'
import { TestServer } from '../../server/testing/start-test-server.ts'
import { refusalOf, WsClient } from './testing/ws-client.ts'
import type { WsClientOptions } from './testing/ws-client.ts'

let server: TestServer
const clients: WsClient[] = []
beforeAll(async () => {
  server = await TestServer.start()
})
afterAll(() => server.stop())
afterEach(() => {
  for (const client of clients.splice(0)) client.socket.terminate()
})

function feedUrl(of = server): string {
  return `${of.apiUrl.replace('http:', 'ws:')}/api/v1/events`
}

async function listen(options: WsClientOptions): Promise<WsClient> {
  const client = await WsClient.open(feedUrl(), options)
  clients.push(client)
  await client.heard((event) => typeOf(event) === 'hello')
  return client
}

function eventsOf(client: WsClient): ServerEvent[] {
  return client.messages as unknown as ServerEvent[] // the feed sends nothing else
}

function typeOf(message: unknown): string {
  return (message as ServerEvent).type
}

/** Types of the events about one memory, in the order they were heard. */
function heardOf(client: WsClient, memoryId: string): string[] {
  return eventsOf(client).flatMap((event) => ('memory_id' in event && event.memory_id === memoryId ? [event.type] : []))
}

async function stored(agent: string, more: Record<string, unknown>, namespace = 'default'): Promise<string> {
  return (await server.rest<{ memory: Memory }>('POST', '/memory', { agent, namespace, body: more })).body.memory.id
}

describe('a listener', () => {
  test('is greeted with who it is', async () => {
    const owner = await listen({ headers: server.owner })
    const agent = await listen({ agent: 'alice' })
    expect([eventsOf(owner)[0], eventsOf(agent)[0]]).toMatchObject([
      { type: 'hello', is_owner: true },
      { type: 'hello', is_owner: false },
    ])
  })

  test('hears of tasks by the same rule as it may see them', async () => {
    const listeners = {
      mate: await listen({ agent: 'mate', namespace: 'team-t' }),
      maker: await listen({ agent: 'maker', namespace: 'elsewhere' }),
      assignee: await listen({ agent: 'assignee', namespace: 'elsewhere' }),
      stranger: await listen({ agent: 'stranger', namespace: 'elsewhere' }),
      owner: await listen({ headers: server.owner }),
    }
    const body = { title: 'a secret title', assigned_agent_id: 'assignee' }
    const { task } = (await server.rest<{ task: Task }>('POST', '/tasks', { agent: 'maker', namespace: 'team-t', body })).body
    await server.rest('POST', `/tasks/${task.id}/complete`, { agent: 'assignee', body: {} })
    const heard = async (client: WsClient) => {
      await client.heard((event) => typeOf(event) === 'task-completed')
      return eventsOf(client).flatMap((event) => ('task_id' in event && event.task_id === task.id ? [event.type] : []))
    }
    for (const who of ['mate', 'maker', 'assignee', 'owner'] as const)
      expect([who, await heard(listeners[who])]).toEqual([who, ['task-created', 'task-assigned', 'task-completed']])
    expect(eventsOf(listeners.stranger).filter((event) => 'task_id' in event)).toEqual([])
    expect(JSON.stringify(eventsOf(listeners.owner))).not.toContain('secret')
  })

  test('hears of memories by the same rule as it may read them', async () => {
    const listeners = {
      alice: await listen({ agent: 'alice', namespace: 'team-a' }),
      mate: await listen({ agent: 'mate', namespace: 'team-a' }),
      guest: await listen({ agent: 'guest', namespace: 'team-b' }),
      stranger: await listen({ agent: 'stranger', namespace: 'team-b' }),
      owner: await listen({ headers: server.owner }),
    }
    const level = async (name: string, more: Record<string, unknown> = {}) =>
      [name, await stored('alice', { content: `level ${name}`, access_level: name, ...more }, 'team-a')] as const
    const ids = [
      await level('private'),
      await level('team'),
      await level('shared', { shared_with: [{ agent_id: 'guest' }] }),
      await level('public'),
    ]
    const last = ids[3]?.[1] ?? ''
    await Promise.all(
      Object.values(listeners).map((listener) =>
        listener.heard((event) => (event as unknown as { memory_id?: string }).memory_id === last),
      ),
    )
    const heard = Object.fromEntries(
      Object.entries(listeners).map(([who, listener]) => [
        who,
        ids.flatMap(([name, id]) => (heardOf(listener, id).length > 0 ? [name] : [])),
      ]),
    )
    expect(heard).toEqual({
      alice: ['private', 'team', 'shared', 'public'],
      mate: ['team', 'public'],
      guest: ['shared', 'public'],
      stranger: ['public'],
      owner: ['private', 'team', 'shared', 'public'],
    })
  })

  test('hears each change once, with ids and never a text', async () => {
    const alice = await listen({ agent: 'alice' })
    const id = await stored('alice', { content: 'the secret of the feed', tags: ['hidden-tag'] })
    const at = `/memory/${id}`
    await server.rest('PATCH', at, { agent: 'alice', body: { content: 'another secret of the feed' } })
    await server.rest('DELETE', at, { agent: 'alice' })
    await server.rest('POST', `${at}/restore`, { agent: 'alice', body: {} })
    await server.rest('DELETE', `${at}?permanent=true`, { headers: server.owner })
    await expect
      .poll(() => heardOf(alice, id))
      .toEqual(['memory-stored', 'memory-updated', 'memory-deleted', 'memory-restored', 'memory-purged'])
    expect(JSON.stringify(alice.messages)).not.toMatch(/secret|hidden-tag/)
  })

  test('hears of its own sessions and calls, not of those of others; the person hears of all', async () => {
    const [alice, owner] = [await listen({ agent: 'alice' }), await listen({ headers: server.owner })]
    for (const agent of ['alice', 'bob']) {
      const client = await WsClient.open(server.wsUrl, { agent })
      await client.ask('get_agent_info')
      await client.close()
    }
    await owner.heard(
      (event) => typeOf(event) === 'session-closed' && (event as unknown as { session: { agent_id: string } }).session.agent_id === 'bob',
    )
    const agentsIn = (client: WsClient) => [
      ...new Set(
        eventsOf(client).flatMap((event) =>
          'session' in event ? [event.session.agent_id] : event.type === 'call-answered' ? [event.agent_id] : [],
        ),
      ),
    ]
    expect(agentsIn(owner).toSorted()).toEqual(['alice', 'bob'])
    expect(agentsIn(alice)).toEqual(['alice'])
    expect(eventsOf(alice).filter((event) => event.type === 'call-answered')).toMatchObject([
      { tool: 'get_agent_info', ok: true, transport: 'websocket' },
    ])
  })

  test('hears the rates of everybody only if it is the person', async () => {
    const [alice, owner] = [await listen({ agent: 'alice' }), await listen({ headers: server.owner })]
    await server.rest('GET', '/tags', { agent: 'carol' })
    await server.rest('GET', '/memory/nonsense', { agent: 'constructor' })
    await expect
      .poll(() => eventsOf(owner).flatMap((event) => (event.type === 'rates' ? Object.entries(event.calls_by_agent) : [])), {
        timeout: 3_000,
      })
      .toEqual(
        expect.arrayContaining([
          ['carol', 1],
          ['constructor', 1],
        ]),
      )
    expect(eventsOf(alice).filter((event) => event.type === 'rates')).toEqual([])
  })
})

describe('the door of the feed', () => {
  test.each<[string, string, WsClientOptions, number]>([
    ['another path', '/api/v1/memory', {}, 404],
    ['the MCP path', '/mcp', {}, 404],
    ['a foreign Origin', '/api/v1/events', { headers: { origin: 'https://evil.example' } }, 403],
    ['a foreign Host', '/api/v1/events', { headers: { host: 'evil.example' } }, 403],
    ['a name that is none', '/api/v1/events', { agent: 'a b' }, 400],
  ])('stays shut for %s', async (_what, path, options, status) => {
    expect((await refusalOf(server.apiUrl.replace('http:', 'ws:') + path, options)).status).toBe(status)
  })

  test('opens for the cookie of the dashboard, from its own page', async () => {
    const login = await server.rest('POST', '/login', { body: { token: server.ownerToken } })
    const cookie = login.headers.get('set-cookie')?.split(';')[0] ?? ''
    const page = await listen({ headers: { cookie, origin: server.apiUrl } })
    expect(eventsOf(page)[0]).toMatchObject({ is_owner: true })
    expect((await refusalOf(feedUrl(), { headers: { cookie, origin: 'http://localhost:1' } })).status).toBe(403)
  })

  test('is no wider than it may be', async () => {
    await using small = await TestServer.start({ TMWS_WS_MAX_CONNECTIONS: '1' })
    await WsClient.open(feedUrl(small))
    expect((await refusalOf(feedUrl(small))).status).toBe(503)
  })

  test('is for listening: what is sent is not read, and too much ends it', async () => {
    const alice = await listen({ agent: 'alice' })
    alice.socket.send('{"type":"memory-stored"}')
    alice.socket.send('x'.repeat(2_000))
    expect((await alice.closed).code).toBe(1009)
  })

  test('closes with 1001 when the server stops, and does not wait for a listener that answers nothing', async () => {
    const other = await TestServer.start()
    const polite = await WsClient.open(feedUrl(other))
    const { hostname, port } = new URL(other.apiUrl)
    const deaf = connect(Number(port), hostname)
    deaf.write(
      'GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    )
    await once(deaf, 'data')
    const ended = once(deaf, 'close')
    deaf.on('error', () => undefined)
    const start = performance.now()
    await other.stop()
    await ended
    expect(performance.now() - start).toBeLessThan(4_000)
    expect((await polite.closed).code).toBe(1001)
  })
})
