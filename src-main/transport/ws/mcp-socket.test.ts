import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createHashEmbedder } from '../../embedding/hash-embedder.ts'
import type { Embedder } from '../../embedding/embedder.ts'
import { TestServer } from '../../server/testing/start-test-server.ts'
import { refusalOf, WsClient } from './testing/ws-client.ts'
import type { WsClientOptions } from './testing/ws-client.ts'

const MAX_MESSAGE = 64 * 1024
let server: TestServer
const clients: WsClient[] = []
beforeAll(async () => {
  server = await TestServer.start({ TMWS_WS_MAX_MESSAGE_SIZE: String(MAX_MESSAGE) })
})
afterAll(() => server.stop())
afterEach(() => {
  for (const client of clients.splice(0)) client.socket.terminate()
})

async function open(options: WsClientOptions = { agent: 'alice' }, at = server): Promise<WsClient> {
  const client = await WsClient.open(at.wsUrl, options)
  clients.push(client)
  return client
}

/** The hash embedder, whose questions take `ms`. */
function slowEmbedder(ms: number): Embedder {
  const hash = createHashEmbedder()
  return {
    ...hash,
    embedQuery: async (text, signal) => (await new Promise((resolve) => setTimeout(resolve, ms)), hash.embedQuery(text, signal)),
  }
}

describe('the plain methods', () => {
  test('store, find and tell who one is', async () => {
    const client = await open({ agent: 'alice', namespace: 'team-a' })
    const stored = await client.ask('create_memory', { content: 'the deploy runs at nine' })
    expect(stored.result).toMatchObject({ memory: { content: 'the deploy runs at nine', agent_id: 'alice', namespace: 'team-a' } })
    expect((await client.ask('search_memories', { query: 'deploy' })).result).toMatchObject({
      count: 1,
      memories: [{ content: 'the deploy runs at nine' }],
    })
    expect((await client.ask('get_agent_info')).result).toMatchObject({
      agent_id: 'alice',
      namespace: 'team-a',
      transport: 'websocket',
      session_id: client.sessionId,
    })
    expect((await client.ask('get_session_statistics', {})).result).toMatchObject({ session_id: client.sessionId, requests: 3, errors: 0 })
  })

  test('answer failures as JSON-RPC errors that name the field', async () => {
    const client = await open()
    const answer = await client.ask('create_memory', { text: 'x' })
    expect(answer.error).toMatchObject({
      code: -32602,
      message: expect.stringContaining('content is required.') as string,
      data: { code: 'invalid_request' },
    })
    expect((await client.ask('create_memory', ['x'])).error).toMatchObject({ code: -32602 })
  })

  test('are no others', async () => {
    const client = await open()
    for (const method of ['delete_memory', 'list_sessions', 'constructor', '__proto__', 'toString', ''])
      expect((await client.ask(method)).error?.code).toBe(-32601)
  })
})

describe('broken frames', () => {
  test.each([
    ['no JSON', '{"jsonrpc":', -32700],
    ['nothing', '', -32700],
    ['a batch', '[{"jsonrpc":"2.0","id":1,"method":"ping"}]', -32600],
    ['a number', '5', -32600],
    ['an id of null', '{"jsonrpc":"2.0","id":null,"method":"ping"}', -32600],
    ['a giant id', `{"jsonrpc":"2.0","id":"${'x'.repeat(10_000)}","method":"ping"}`, -32600],
    ['another version', '{"jsonrpc":"1.0","method":"ping"}', -32600],
  ])('%s is answered, and the connection goes on', async (_what, text, code) => {
    const client = await open()
    client.socket.send(text)
    expect(await client.heard((message) => message.error !== undefined)).toMatchObject({ jsonrpc: '2.0', id: null, error: { code } })
    expect((await client.ask('get_agent_info')).result).toMatchObject({ agent_id: 'alice' })
  })

  test('deep nesting is refused, and the connection goes on', async () => {
    const client = await open()
    const depth = 20_000
    client.socket.send(
      `{"jsonrpc":"2.0","id":"deep","method":"create_memory","params":{"content":"x","context":{"a":${'['.repeat(depth)}${']'.repeat(depth)}}}}`,
    )
    expect((await client.heard((message) => message.id === 'deep')).error?.code).toBe(-32602)
    client.socket.send(
      `{"jsonrpc":"2.0","id":"deeper","method":"tools/call","params":{"name":"store_memory","arguments":{"content":"x","context":{"a":${'['.repeat(depth)}${']'.repeat(depth)}}}}}`,
    )
    const answer = await client.heard((message) => message.id === 'deeper')
    expect(answer.error !== undefined || answer.result?.['isError'] === true).toBe(true)
    expect((await client.ask('get_agent_info')).result).toBeDefined()
  })

  test.each<[string, (client: WsClient) => void, number]>([
    ['binary', (client) => client.socket.send(Buffer.from('{}')), 1003],
    ['too large', (client) => client.socket.send('x'.repeat(MAX_MESSAGE + 1)), 1009],
    ['text that is no UTF-8', (client) => client.socket.send(Buffer.from([0xff, 0xfe, 0x80]), { binary: false }), 1007],
  ])('%s ends the connection, and no other', async (_what, send, code) => {
    const [victim, bystander] = [await open({ agent: 'victim' }), await open({ agent: 'bystander' })]
    send(victim)
    expect((await victim.closed).code).toBe(code)
    expect((await bystander.ask('get_agent_info')).result).toMatchObject({ agent_id: 'bystander' })
  })

  test('as large as the limit allows is served', async () => {
    const client = await open()
    const content = 'x'.repeat(MAX_MESSAGE - 200)
    expect((await client.ask('create_memory', { content })).result).toMatchObject({ memory: { content } })
  })
})

describe('many at once', () => {
  test('each client hears its own answers and nobody else’s', async () => {
    const many = await Promise.all(Array.from({ length: 20 }, (_, i) => open({ agent: `agent-${i}` })))
    const answers = await Promise.all(
      many.flatMap((client, i) => Array.from({ length: 10 }, (_, n) => client.ask('create_memory', { content: `note ${n} of ${i}` }))),
    )
    expect(answers.map((answer) => (answer.result?.['memory'] as { agent_id: string }).agent_id)).toEqual(
      many.flatMap((_, i) => Array<string>(10).fill(`agent-${i}`)),
    )
    expect(many.map((client) => client.messages.length)).toEqual(many.map(() => 11))
  })

  test('more unanswered requests than are allowed are refused, not queued', async () => {
    let release = (): void => undefined
    const held = new Promise<void>((resolve) => (release = resolve))
    const hash = createHashEmbedder()
    const embedder: Embedder = { ...hash, embedQuery: async (text, signal) => (await held, hash.embedQuery(text, signal)) }
    await using slow = await TestServer.start({ TMWS_RATE_LIMIT_REQUESTS: '100000' }, { embedder })
    const client = await open({ agent: 'eager' }, slow)
    const asked = Promise.all(Array.from({ length: 300 }, () => client.ask('search_memories', { query: 'x' })))
    await expect.poll(() => client.messages.filter((message) => message.error?.code === 503).length).toBe(44)
    release()
    const answers = await asked
    expect(answers.filter((answer) => answer.error === undefined)).toHaveLength(256)
  })

  test('a request over the limit of its agent is refused with the time to wait, and the connection stays', async () => {
    await using strict = await TestServer.start({ TMWS_RATE_LIMIT_REQUESTS: '3', TMWS_RATE_LIMIT_PERIOD: '60' })
    const client = await open({ agent: 'busy' }, strict)
    const codes = []
    for (let i = 0; i < 4; i += 1) codes.push((await client.ask('get_agent_info')).error?.code)
    expect(codes).toEqual([undefined, undefined, 429, 429])
    expect(client.messages.at(-1)?.error?.data).toMatchObject({ details: { retry_after_seconds: expect.any(Number) as number } })
  })

  test('a cancel sent right behind its request reaches it', async () => {
    await using slow = await TestServer.start({}, { embedder: slowEmbedder(400) })
    const client = await open({ agent: 'eager' }, slow)
    client.socket.send('{"jsonrpc":"2.0","id":"q","method":"tools/call","params":{"name":"semantic_search","arguments":{"query":"x"}}}')
    client.socket.send('{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"q"}}')
    await new Promise((resolve) => setTimeout(resolve, 800))
    expect(client.messages.filter((message) => message.id === 'q')).toEqual([])
  })
})

describe('the end of a connection', () => {
  test('a peer that does not answer pings is dropped; one that does stays', async () => {
    await using quick = await TestServer.start({ TMWS_WS_PING_INTERVAL: '1', TMWS_WS_PING_TIMEOUT: '1' })
    const [dead, alive] = [await open({ agent: 'dead', autoPong: false }, quick), await open({ agent: 'alive' }, quick)]
    expect((await dead.closed).code).toBe(1006)
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    expect((await alive.ask('get_agent_info')).result).toMatchObject({ agent_id: 'alive' })
  })

  test('one without requests is closed with 4408; one with requests stays', async () => {
    await using quick = await TestServer.start({ TMWS_SESSION_TIMEOUT: '1' })
    const [idle, busy] = [await open({ agent: 'idle' }, quick), await open({ agent: 'busy' }, quick)]
    const asking = setInterval(() => void busy.ask('get_agent_info'), 200)
    expect((await idle.closed).code).toBe(4408)
    clearInterval(asking)
    expect((await busy.ask('get_agent_info')).result).toMatchObject({ agent_id: 'busy' })
  })

  test('a client that does not read is closed, and its answers are not kept for ever', async () => {
    const reader = await open({ agent: 'writer' })
    for (let i = 0; i < 20; i += 1) await reader.ask('create_memory', { content: `${i} ${'large '.repeat(10_000)}` })
    const slow = await open({ agent: 'writer' })
    slow.socket.pause()
    for (let i = 0; i < 120; i += 1) slow.send({ jsonrpc: '2.0', id: i, method: 'search_memories', params: { query: 'large', limit: 20 } })
    const live = async () =>
      (await server.rest<{ sessions: { session_id: string }[] }>('GET', '/sessions', { headers: server.owner })).body.sessions.map(
        (session) => session.session_id,
      )
    await expect.poll(live, { timeout: 15_000, interval: 200 }).not.toContain(slow.sessionId)
    expect((await reader.ask('get_agent_info')).result).toMatchObject({ agent_id: 'writer' })
  })

  test('a stop answers what runs, refuses what is new, and says 1001', async () => {
    const slow = await TestServer.start({}, { embedder: slowEmbedder(500) })
    const client = await open({ agent: 'alice' }, slow)
    const running = client.ask('search_memories', { query: 'x' })
    await new Promise((resolve) => setTimeout(resolve, 100))
    const stopped = slow.stop()
    const late = client.ask('get_agent_info')
    const newcomer = refusalOf(slow.wsUrl).then(
      (refusal) => refusal.status,
      (error: unknown) => (String(error).includes('accepted') ? 'accepted' : 'no connection'),
    )
    expect((await running).result).toMatchObject({ count: 0 })
    expect((await late).error).toMatchObject({ code: 503, data: { code: 'unavailable' } })
    expect(await client.closed).toEqual({ code: 1001, reason: 'The server is stopping.' })
    expect([503, 'no connection']).toContain(await newcomer)
    await stopped
  })

  test('a stop does not wait for a peer that answers nothing', async () => {
    const other = await TestServer.start()
    const client = await open({ agent: 'deaf' }, other)
    client.socket.pause()
    const start = performance.now()
    await other.stop()
    expect(performance.now() - start).toBeLessThan(4_000)
  })

  test('a running call of a client that left is cancelled', async () => {
    let aborted = false
    const hash = createHashEmbedder()
    const embedder: Embedder = {
      ...hash,
      embedQuery: (_text, signal) =>
        new Promise((_, reject) =>
          signal?.addEventListener('abort', () => {
            aborted = true
            reject(new Error('aborted'))
          }),
        ),
    }
    await using slow = await TestServer.start({}, { embedder })
    const client = await open({ agent: 'gone' }, slow)
    client.send({ jsonrpc: '2.0', id: 1, method: 'search_memories', params: { query: 'x' } })
    await new Promise((resolve) => setTimeout(resolve, 100))
    client.socket.terminate()
    await expect.poll(() => aborted, { timeout: 1_000 }).toBe(true)
  })
})
