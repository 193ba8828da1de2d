import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { afterEach, describe, expect, test } from 'vitest'
import { writtenDiscovery } from './testing/discovery-file.ts'
import { FakeServer } from './testing/fake-server.ts'
import { writeTokenFile } from '../src-main/base/token-files.ts'
import { withSavedToken } from './saved-token.ts'
import { MemoryHost, QUICK, sentenceOf } from './testing/memory-host.ts'
import { until } from './testing/until.ts'

const servers: FakeServer[] = []
async function startServer(port?: number): Promise<FakeServer> {
  const server = await FakeServer.start(port)
  servers.push(server)
  return server
}
/** A port on which nobody listens. */
async function freePort(): Promise<number> {
  const server = await FakeServer.start()
  await server.stop()
  return server.port
}
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop().catch(() => undefined)))
})

describe('the pipe', () => {
  test('messages pass byte for byte, and the welcome stays with the bridge', async () => {
    const server = await startServer()
    await using host = MemoryHost.at(server.port)
    const odd = '{ "params" : {"t":"日本 \\u00e9 🌊"},\t"id":1.0, "method":"m", "jsonrpc":"2.0" }'
    host.input.write(`${odd}\r\n`)
    await host.answer(1)
    expect(server.visits[0]?.frames).toEqual([odd])
    expect(host.lines).toHaveLength(1)
  })

  test('a message from the server comes out as one line, whatever white space it has', async () => {
    const server = await startServer()
    await using host = MemoryHost.at(server.port)
    await host.ask(1, 'ping')
    server.visits[0]!.socket.send('{\n  "jsonrpc": "2.0",\r\n  "method": "notifications/x"\n}')
    server.visits[0]!.socket.send('not json')
    await until(() => host.lines[1], 'the notification')
    await host.ask(2, 'ping')
    expect(host.heard.map((message) => message.method ?? message.id)).toEqual([1, 'notifications/x', 2])
  })

  test('what is no message is answered by the bridge, and the connection stays', async () => {
    const server = await startServer()
    await using host = MemoryHost.at(server.port)
    host.input.write('{"broken\n[{"jsonrpc":"2.0","id":1,"method":"ping"}]\n42\n\n')
    await host.ask(2, 'ping')
    expect(host.heard.slice(0, 3)).toMatchObject([
      { id: null, error: { code: -32700 } },
      { id: null, error: { code: -32600 } },
      { id: null, error: { code: -32600 } },
    ])
    expect(server.methods()).toEqual(['ping'])
    expect(server.visits).toHaveLength(1)
  })

  test('a line over 16 MiB is refused by its id and the next one is served', async () => {
    const server = await startServer()
    await using host = MemoryHost.at(server.port)
    host.say({ id: 1, method: 'tools/call', params: { t: 'x'.repeat(17 * 1024 * 1024) } })
    expect(await host.answer(1)).toMatchObject({ error: { code: 413, data: { code: 'too_large' } } })
    expect(await host.ask(2, 'ping')).toHaveProperty('result')
  })

  test('an id that is in use is refused', async () => {
    const server = await startServer()
    await using host = MemoryHost.at(server.port)
    host.say({ id: 1, method: 'tools/call', params: { name: 'hang' } })
    host.say({ id: 1, method: 'ping' })
    expect(await host.answer(1)).toMatchObject({ error: { code: -32600 } })
    await until(() => server.methods().length > 0, 'the call')
    expect(server.methods()).toEqual(['tools/call'])
  })

  test('a request of the server is answered by the host', async () => {
    const server = await startServer()
    await using host = MemoryHost.at(server.port)
    await host.ask(1, 'ping')
    server.visits[0]!.socket.send('{"jsonrpc":"2.0","id":1,"method":"roots/list"}')
    await until(() => host.heard.some((message) => message.method === 'roots/list'), 'the question')
    host.say({ id: 1, result: { roots: [] } })
    await until(() => server.heard().some((message) => 'result' in message), 'the answer')
  })

  test('a host that does not read makes the server wait, and gets everything when it reads', async () => {
    const server = await startServer()
    const output = new PassThrough({ highWaterMark: 16 * 1024 })
    await using host = new MemoryHost({ port: { value: server.port, by: 'test' } }, QUICK, output)
    await host.ask(0, 'ping')
    output.pause()
    const { socket } = server.visits[0]!
    for (let number = 1; number <= 400; number += 1)
      socket.send(JSON.stringify({ jsonrpc: '2.0', method: 'n', params: { number, t: 'x'.repeat(100_000) } }))
    await pause(300)
    expect(output.writableLength).toBeLessThan(16 * 1024 * 1024)
    output.resume()
    await until(() => host.lines.length === 401, 'all of it')
    expect(host.heard.at(-1)).toMatchObject({ params: { number: 400 } })
  })
})

describe('who the agent is', () => {
  test('travels in headers', async () => {
    const server = await startServer()
    const identity = { agentId: 'a-1', namespace: 'team', capabilities: '{"x":1}', token: 'agent-token' }
    await using host = new MemoryHost({ port: { value: server.port, by: 'test' }, identity })
    await host.ask(1, 'ping')
    expect(server.visits[0]?.headers).toMatchObject({
      'x-agent-id': 'a-1',
      'x-agent-namespace': 'team',
      'x-agent-capabilities': '{"x":1}',
      authorization: 'Bearer agent-token',
      'user-agent': expect.stringMatching(/^tmws-bridge\//) as string,
    })
  })

  test('is proven by the token that this machine keeps for it, read anew for each connection, and given to no other machine', async () => {
    const server = await startServer()
    const runtimeFile = writtenDiscovery(server.url)
    const save = (token: string) => writeTokenFile(runtimeFile, { token_id: 't', agent_id: 'a-1', token })
    save('tmws_first')
    await using host = new MemoryHost({ runtimeFile, identity: { agentId: 'a-1' } })
    await host.ask(1, 'ping')
    expect(server.visits[0]?.headers['authorization']).toBe('Bearer tmws_first')
    expect(withSavedToken({ identity: { agentId: 'b-2' }, runtimeFile }, server.url)).toEqual({ agentId: 'b-2' })
    expect(withSavedToken({ identity: { agentId: 'a-1', token: 'given' }, runtimeFile }, server.url).token).toBe('given')
    expect(withSavedToken({ identity: { agentId: 'a-1' }, runtimeFile }, 'ws://10.0.0.9:8001')).toEqual({ agentId: 'a-1' })
    save('tmws_second')
    expect(withSavedToken({ identity: { agentId: 'a-1' }, runtimeFile }, server.url).token).toBe('tmws_second')
  })

  test("is never the owner: the discovery file's token stays in the file", async () => {
    const server = await startServer()
    const runtimeFile = writtenDiscovery(server.url)
    await using host = new MemoryHost({ runtimeFile })
    await host.ask(1, 'ping')
    expect(JSON.stringify(server.visits[0]?.headers)).not.toContain('owner-token')
    expect(server.visits[0]?.headers).not.toHaveProperty('authorization')
  })
})

describe('without a server', () => {
  test('messages wait in order until it is up', async () => {
    const port = await freePort()
    await using host = MemoryHost.at(port)
    host.say({ id: 1, method: 'initialize', params: {} })
    host.say({ method: 'notifications/initialized' })
    host.say({ id: 2, method: 'tools/list' })
    host.say({ id: 3, method: 'tools/list' })
    host.say({ method: 'notifications/cancelled', params: { requestId: 3 } })
    await pause(100)
    const server = await startServer(port)
    await host.answer(2)
    expect(server.methods()).toEqual(['initialize', 'notifications/initialized', 'tools/list'])
  })

  test('requests are answered within the deadline by what to do, then sooner, and it heals', async () => {
    const port = await freePort()
    await using host = MemoryHost.at(port)
    const startedAt = performance.now()
    const first = await host.ask(1, 'initialize', {})
    expect(performance.now() - startedAt).toBeLessThan(QUICK.answerWithinMs + 300)
    expect(first).toEqual({
      jsonrpc: '2.0',
      id: 1,
      error: {
        code: -32603,
        message: `TMWS is not running at ws://127.0.0.1:${port}. Start the TMWS app or run \`tmws --server\`, then try again.`,
        data: { code: 'unavailable', message: expect.any(String) as string },
      },
    })
    const againAt = performance.now()
    await host.ask(2, 'ping')
    expect(performance.now() - againAt).toBeLessThan(QUICK.answerWithinMs)
    const server = await startServer(port)
    expect(await host.ask(3, 'ping')).toHaveProperty('result')
    // The failed initialize is not repeated on the host's behalf.
    expect(server.methods()).toEqual(['ping'])
  })

  test('one that accepts and says nothing is told apart', async () => {
    const { createServer } = await import('node:net')
    const mute = createServer((stream) => stream.on('error', () => undefined)).listen(0, '127.0.0.1')
    await once(mute, 'listening')
    await using host = MemoryHost.at((mute.address() as { port: number }).port)
    expect(sentenceOf(await host.ask(1, 'ping'))).toMatch(/does not answer/)
    mute.close()
  })
})

describe('a refusal of the upgrade', () => {
  const body = (code: string, message: string) => JSON.stringify({ error: { code, message } })

  test.each([
    [401, 'unauthenticated', 401],
    [403, 'forbidden', 403],
    [400, 'invalid_request', -32602],
  ])('%d is passed on at once in the words of the server', async (status, code, jsonRpcCode) => {
    const server = await startServer()
    server.refusing = { status, body: body(code, 'Make a token in the app.') }
    await using host = MemoryHost.at(server.port)
    const startedAt = performance.now()
    expect(await host.ask(1, 'ping')).toMatchObject({ error: { code: jsonRpcCode, message: 'Make a token in the app.', data: { code } } })
    expect(performance.now() - startedAt).toBeLessThan(QUICK.answerWithinMs / 2)
    expect(await host.ask(2, 'ping')).toMatchObject({ error: { message: 'Make a token in the app.' } })
    server.refusing = undefined
    await until(() => server.visits[0], 'another attempt')
    expect(await host.ask(3, 'ping')).toHaveProperty('result')
  })

  test.each([429, 503])('%d is waited for, then passed on', async (status) => {
    const server = await startServer()
    server.refusing = { status, body: body(status === 429 ? 'rate_limited' : 'unavailable', 'Too many connections.') }
    await using host = MemoryHost.at(server.port)
    expect(await host.ask(1, 'ping')).toMatchObject({ error: { code: status, message: 'Too many connections.' } })
    host.say({ id: 2, method: 'ping' })
    server.refusing = undefined
    expect(await host.answer(2)).toHaveProperty('result')
  })

  test('by something that is not TMWS is said in words', async () => {
    const server = await startServer()
    server.refusing = { status: 404, body: '<html>' }
    await using host = MemoryHost.at(server.port)
    expect(sentenceOf(await host.ask(1, 'ping'))).toMatch(/HTTP 404.*other than TMWS/)
  })
})

test('at the end pending answers are waited for, and none is owed', async () => {
  const server = await startServer()
  const host = MemoryHost.at(server.port)
  host.say({ id: 1, method: 'ping' })
  host.say({ id: 2, method: 'tools/call', params: { name: 'hang' } })
  const closed = until(() => server.visits[0], 'the connection').then(({ socket }) => once(socket, 'close'))
  host.input.end()
  await host.bridge.ended
  expect(host.answers(1)).toMatchObject([{ result: {} }])
  expect(sentenceOf(host.answers(2)[0]!)).toMatch(/not known whether/)
  expect((await closed)[0]).toBe(1000)
})
