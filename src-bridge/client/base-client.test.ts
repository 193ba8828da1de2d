import { describe, expect, test } from 'vitest'
import { QUICK } from '../testing/memory-host.ts'
import { until } from '../testing/until.ts'
import { nodePlatform } from './node-platform.ts'
import { PLATFORMS, call, clientOf, rejectionOf, startServer } from './testing/platforms.ts'
import { TmwsError } from './tmws-error.ts'

describe.each(PLATFORMS)('a client in %s', (_name, platform) => {
  test('shakes hands once, says who it is to whoever asks, and calls tools', async () => {
    const server = await startServer()
    const client = clientOf(server, platform)
    expect(client.session).toBeUndefined()
    const session = await client.connect()
    expect(session).toMatchObject({ agentId: platform.sendsHeaders ? 'tester' : undefined, serverVersion: '1.2.3', isResumed: false })
    expect(client.session).toBe(session)
    expect(await client.connect()).toBe(session)
    expect(await call(client, 'health_check')).toEqual({ name: 'health_check', args: {} })
    expect(server.methods()).toEqual(['initialize', 'notifications/initialized', 'tools/call'])
    expect(server.heard()[0]).toMatchObject({ params: { protocolVersion: '2025-11-25', clientInfo: { name: 'tmws-client' } } })
  })

  test('connects by itself when something is called, and takes the arguments as they are then', async () => {
    const server = await startServer()
    const client = clientOf(server, platform)
    const args = { content: 'before' }
    const answer = call(client, 'store_memory', args)
    args.content = 'after'
    expect(await answer).toEqual({ name: 'store_memory', args: { content: 'before' } })
  })

  test('turns every failure into an error with a code, details and whether to try again', async () => {
    const server = await startServer()
    const client = clientOf(server, platform)
    const look = async (then: string) => {
      const error = await rejectionOf(call(client, 'x', { then }))
      expect(error).toBeInstanceOf(TmwsError)
      const { code, message, details, retryable } = error as TmwsError
      return [code, message, details, retryable]
    }
    expect(await look('fail')).toEqual(['conflict', 'Moved on.', { v: 2 }, false])
    expect(await look('fail in words')).toEqual(['internal', 'No such luck.', {}, false])
    expect(await look('refuse')).toEqual(['invalid_request', 'There is no such tool.', { json_rpc_code: -32602 }, false])
    expect(await look('limit')).toEqual(['rate_limited', 'Slower.', { retry_after_seconds: 3 }, true])
    const cyclic: Record<string, unknown> = {}
    cyclic.self = cyclic
    expect(await rejectionOf(call(client, 'x', cyclic))).toBeInstanceOf(TypeError)
    expect(await call(client, 'x')).toBeDefined()
  })

  test('cancels a call at the server too, and rejects with the reason of the signal', async () => {
    const server = await startServer()
    const client = clientOf(server, platform)
    await client.connect()
    const stop = new AbortController()
    const cancelled = rejectionOf(call(client, 'x', { then: 'hang' }, { signal: stop.signal }))
    const reason = new Error('changed my mind')
    await until(() => server.methods().includes('tools/call'), 'the call')
    stop.abort(reason)
    expect(await cancelled).toBe(reason)
    await until(() => server.methods().includes('notifications/cancelled'), 'the cancellation')
    const [sent, cancel] = server.heard().slice(2)
    expect(cancel).toMatchObject({ params: { requestId: sent?.id } })
    expect(await rejectionOf(call(client, 'y', {}, { signal: stop.signal }))).toBe(reason)
    await call(client, 'z')
    expect(server.heard().map((message) => (message.params as { name?: string } | undefined)?.name)).not.toContain('y')
  })

  test('ends a call at its deadline, and says what is known of it', async () => {
    const server = await startServer()
    const client = clientOf(server, platform)
    await client.connect()
    expect(await rejectionOf(call(client, 'manage_task', { then: 'hang' }, { timeoutMs: 30 }))).toMatchObject({
      code: 'timeout',
      message: 'manage_task was not answered within 30 ms.',
      details: { outcome: 'unknown' },
      retryable: false,
    })
    expect(await rejectionOf(call(client, 'health_check', { then: 'hang' }, { timeoutMs: 30 }))).toMatchObject({ retryable: true })
    await until(() => server.methods().filter((method) => method === 'notifications/cancelled').length === 2, 'the cancellations')
  })

  test('leaves a connection on which nothing comes back', async () => {
    const server = await startServer()
    const client = clientOf(server, platform, {}, { ...QUICK, pongWithinMs: 60, pingAfterMs: 60_000 })
    await client.connect()
    server.visits[0]!.socket.pause()
    await rejectionOf(call(client, 'x', {}, { timeoutMs: 30 }))
    await until(() => server.visits[1], 'another connection')
    expect(await call(client, 'x')).toBeDefined()
  })

  test('has a bound on what is pending, and sends no more at once than the server takes', async () => {
    const server = await startServer()
    const client = clientOf(server, platform, { maxPendingCalls: 200 })
    await client.connect()
    const stop = new AbortController()
    const calls = Array.from({ length: 200 }, () => rejectionOf(call(client, 'x', { then: 'hang' }, { signal: stop.signal })))
    expect(await rejectionOf(call(client, 'x'))).toMatchObject({ code: 'unavailable', message: /^200 calls are pending/, retryable: true })
    const sent = () => server.methods().filter((method) => method === 'tools/call').length
    await until(() => sent() === 128, 'the first calls')
    await new Promise((resolve) => setTimeout(resolve, 30))
    expect(sent()).toBe(128)
    stop.abort()
    await Promise.all(calls)
    expect(await call(client, 'x')).toBeDefined()
  })

  test('tells what it hears, answers pings, and knows no other requests', async () => {
    const server = await startServer()
    const client = clientOf(server, platform)
    const heard: unknown[] = []
    const end = client.on('notification', (notification) => heard.push(notification))
    await client.connect()
    const say = (message: object) => server.visits[0]!.socket.send(JSON.stringify({ jsonrpc: '2.0', ...message }))
    say({ method: 'notifications/resources/updated', params: { uri: 'memory://recent' } })
    say({ id: 'p', method: 'ping' })
    say({ id: 7, method: 'sampling/createMessage' })
    server.visits[0]!.socket.send('not json')
    server.visits[0]!.socket.send('[1]')
    await until(() => server.heard().find(({ id }) => id === 7), 'the answers')
    expect(server.heard().slice(-2)).toMatchObject([
      { id: 'p', result: {} },
      { id: 7, error: { code: -32601 } },
    ])
    end()
    say({ method: 'notifications/tools/list_changed' })
    await call(client, 'x')
    expect(heard).toEqual([{ method: 'notifications/resources/updated', params: { uri: 'memory://recent' } }])
  })

  test('is closed once, and rejects what is pending and what comes after', async () => {
    const server = await startServer()
    const client = clientOf(server, platform)
    const told: unknown[] = []
    client.on('disconnected', (event) => told.push(event))
    await client.connect()
    const pending = rejectionOf(call(client, 'x', { then: 'hang' }))
    await Promise.all([client.close(), client.close(), client[Symbol.asyncDispose]()])
    expect(await pending).toMatchObject({ code: 'closed', details: { outcome: 'unknown' } })
    expect(await rejectionOf(call(client, 'x'))).toMatchObject({ code: 'closed' })
    expect(await rejectionOf(client.connect())).toMatchObject({ code: 'closed' })
    expect(told).toEqual([{ code: 1000, reason: 'The client was closed.', willReconnect: false }])
    await until(() => server.visits[0]!.socket.readyState === 3, 'the end of the socket')
    expect(server.visits).toHaveLength(1)
  })
})

test('in Node, the upgrade says who comes, in ASCII', async () => {
  const server = await startServer()
  const client = clientOf(server, nodePlatform, { namespace: 'lab', capabilities: { speaks: ['日本語', '🌊'] }, token: 'secret' })
  await client.connect()
  const { headers } = server.visits[0]!
  expect(headers).toMatchObject({ 'x-agent-id': 'tester', 'x-agent-namespace': 'lab', authorization: 'Bearer secret' })
  expect(JSON.parse(String(headers['x-agent-capabilities']))).toEqual({ speaks: ['日本語', '🌊'] })
  expect(headers['user-agent']).toMatch(/^tmws-client\//)
})

test('options that cannot be right are refused by name', async () => {
  const server = await startServer()
  const refusal = (options: object): unknown => {
    try {
      clientOf(server, nodePlatform, options)
      return 'taken'
    } catch (error) {
      return error instanceof TmwsError && error.details.field
    }
  }
  expect(refusal({ port: 70_000 })).toBe('port')
  expect(refusal({ url: 'http://127.0.0.1' })).toBe('url')
  expect(refusal({ apiUrl: 'nowhere' })).toBe('apiUrl')
  expect(refusal({ host: 'a b' })).toBe('host')
  expect(refusal({ agentId: 'näme' })).toBe('agentId')
  expect(refusal({ token: 'a\r\nb' })).toBe('token')
  expect(refusal({ requestTimeoutMs: -1 })).toBe('requestTimeoutMs')
  expect(refusal({ capabilities: { all: 'x'.repeat(10_000) } })).toBe('capabilities')
  expect(refusal({ namespace: undefined, port: undefined, host: '::1' })).toBe('taken')
})
