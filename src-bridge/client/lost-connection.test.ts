import { describe, expect, test } from 'vitest'
import { writtenDiscovery } from '../testing/discovery-file.ts'
import { QUICK } from '../testing/memory-host.ts'
import { until } from '../testing/until.ts'
import { nodePlatform } from './node-platform.ts'
import { PLATFORMS, call, clientOf, rejectionOf, startServer } from './testing/platforms.ts'

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

describe.each(PLATFORMS)('a client in %s', (_name, platform) => {
  test('sends again what may be repeated, and rejects the rest with what is known', async () => {
    const server = await startServer()
    const client = clientOf(server, platform)
    await client.connect()
    const calls = ['store_memory', 'semantic_search', 'manage_task'].map((tool) => rejectionOf(call(client, tool, { then: 'hang' })))
    const toolsOf = (visit: number) =>
      server.heard(visit).flatMap(({ method, params }) => (method === 'tools/call' ? [(params as { name: string }).name] : []))
    await until(() => toolsOf(0).length === 3, 'the calls')
    server.cut()
    expect(await calls[2]).toMatchObject({
      code: 'connection_lost',
      message: /not known whether/,
      details: { outcome: 'unknown' },
      retryable: false,
    })
    await until(() => toolsOf(1).length === 2, 'the calls again')
    expect(toolsOf(1)).toEqual(['store_memory', 'semantic_search'])
    expect(server.methods(1).slice(0, 2)).toEqual(['initialize', 'notifications/initialized'])
    // Lost once more, they are given back instead of a third try.
    server.cut()
    expect(await calls[0]).toMatchObject({ code: 'connection_lost', message: /lost twice/, retryable: true })
    await calls[1]
    await call(client, 'x')
    expect(toolsOf(2)).toEqual(['x'])
  })

  test('tells of each connection and each loss', async () => {
    const server = await startServer()
    const client = clientOf(server, platform)
    const told: string[] = []
    client.on('connected', () => told.push('connected'))
    client.on('disconnected', ({ code, willReconnect }) => told.push(`lost ${code} ${willReconnect}`))
    await client.connect()
    server.visits[0]!.socket.close(1001, 'stopping')
    await until(() => told.length === 3, 'the second connection')
    expect(told).toEqual(['connected', 'lost 1001 true', 'connected'])
  })

  test('names the server that is not there, and finds one that comes later', async () => {
    const server = await startServer()
    const { port } = server
    await server.stop()
    const client = clientOf(server, platform, { connectTimeoutMs: 100 })
    const attempts: unknown[] = []
    client.on('attempt-failed', ({ code }) => attempts.push(code))
    expect(await rejectionOf(client.connect())).toMatchObject({ code: 'unavailable', message: /TMWS.*is not running/, retryable: true })
    expect(attempts.length).toBeGreaterThan(1)
    expect(await rejectionOf(call(client, 'x', {}, { timeoutMs: 80 }))).toMatchObject({ code: 'unavailable', message: /is not running/ })
    const answer = call(client, 'x')
    await startServer(port)
    expect(await answer).toBeDefined()
  })

  test('goes on as the agent it was switched to, before anything else is sent', async () => {
    const server = await startServer()
    const client = clientOf(server, platform)
    await client.connect()
    await client.switchAgent({ agent_id: 'other' })
    expect(client.session).toMatchObject({ agentId: 'other', namespace: 'lab' })
    const searched = rejectionOf(call(client, 'semantic_search', { then: 'hang' }, { timeoutMs: 200 }))
    await until(() => server.heard().length === 4, 'the search')
    server.cut()
    expect(await searched).toMatchObject({ code: 'timeout' })
    const calls = server.heard(1).flatMap(({ method, params }) => (method === 'tools/call' ? [params] : []))
    expect(calls).toMatchObject([{ name: 'switch_agent', arguments: { agent_id: 'other' } }, { name: 'semantic_search' }])
    expect(client.session).toMatchObject({ agentId: 'other', namespace: 'lab' })
  })

  test('a message too large for the server is named as the cause, and the others go on', async () => {
    const server = await startServer()
    const client = clientOf(server, platform)
    await client.connect()
    const small = rejectionOf(call(client, 'store_memory', { then: 'hang' }, { timeoutMs: 500 }))
    const large = rejectionOf(call(client, 'store_memory', { then: 'hang', content: 'x'.repeat(5_000) }))
    await until(() => server.methods().length === 4, 'the calls')
    server.visits[0]!.socket.close(1009)
    expect(await large).toMatchObject({ code: 'too_large' })
    await until(() => server.methods(1).includes('tools/call'), 'the small one again')
    expect(await small).toMatchObject({ code: 'timeout' })
  })

  test.each([4408, 4403])('rests after the idle time, or when the person ended it, until something is called (%i)', async (code) => {
    const server = await startServer()
    const client = clientOf(server, platform)
    await client.connect()
    server.visits[0]!.socket.close(code, 'go')
    await pause(150)
    expect(server.visits).toHaveLength(1)
    expect(await call(client, 'x')).toBeDefined()
    expect(server.visits).toHaveLength(2)
  })

  test('again and again: every call is settled once', async () => {
    const server = await startServer()
    const client = clientOf(server, platform, { requestTimeoutMs: 1_500 })
    const outcomes = new Map<number, string[]>()
    const calls = Array.from({ length: 300 }, async (_, number) => {
      await pause(number)
      const tool = ['store_memory', 'health_check', 'manage_task'][number % 3]!
      const note = (outcome: string): void => void outcomes.set(number, [...(outcomes.get(number) ?? []), outcome])
      await call(client, tool, { number, then: number % 7 === 0 ? 'hang' : '' }).then(
        (answer) => note((answer as { args: { number: number } }).args.number === number ? 'answered' : 'mixed up'),
        (error: unknown) => note((error as { code: string }).code),
      )
    })
    for (const afterMs of [40, 60, 90, 80]) {
      await pause(afterMs)
      server.cut()
    }
    await Promise.all(calls)
    expect([...outcomes.values()].every((list) => list.length === 1)).toBe(true)
    const all = [...outcomes.values()].flat()
    expect(all.filter((outcome) => outcome === 'answered').length).toBeGreaterThan(200)
    const expected = ['answered', 'connection_lost', 'timeout']
    expect(all.filter((outcome) => !expected.includes(outcome))).toEqual([])
  })
})

describe('in Node', () => {
  test('a new connection resumes the session, and begins anew where that is refused', async () => {
    const server = await startServer()
    server.sessionId = 'the-one'
    const client = clientOf(server, nodePlatform)
    expect(await client.connect()).toMatchObject({ sessionId: 'the-one', isResumed: false })
    server.cut()
    await until(() => server.visits[1] && client.session, 'the second connection')
    expect(server.visits[1]!.headers['x-session-resume']).toBe('resume-1')
    expect(client.session).toMatchObject({ sessionId: 'the-one', isResumed: true })
    server.refusesResume = true
    server.sessionId = 'another'
    server.cut()
    await until(() => server.visits[2] && client.session, 'the third connection')
    expect(server.visits[2]!.headers).not.toHaveProperty('x-session-resume')
    expect(client.session).toMatchObject({ sessionId: 'another', isResumed: false })
  })

  test('a refusal that will stand is told at once, to calls as well', async () => {
    const server = await startServer()
    server.refusing = { status: 401, body: JSON.stringify({ error: { code: 'unauthenticated', message: 'This server needs a token.' } }) }
    const client = clientOf(server, nodePlatform)
    const attempts: string[] = []
    client.on('attempt-failed', ({ code }) => attempts.push(code))
    const waiting = rejectionOf(call(client, 'x'))
    const refusal = { code: 'unauthenticated', message: 'This server needs a token.', retryable: false }
    expect(await rejectionOf(client.connect())).toMatchObject(refusal)
    expect(await waiting).toMatchObject(refusal)
    await pause(QUICK.retryRefusedMs * 2)
    expect(attempts, 'and nobody knocks on while nobody waits').toEqual(['unauthenticated'])
    server.refusing = undefined
    expect(await call(client, 'x')).toBeDefined()
  })

  test('the discovery file says where the server is, afresh each time, and its token stays in it', async () => {
    const first = await startServer()
    const runtimeFile = writtenDiscovery(first.url)
    const client = clientOf(first, nodePlatform, { url: undefined, runtimeFile }, { ...QUICK, retryLongestMs: 20 })
    await client.connect()
    expect(JSON.stringify(first.visits[0]!.headers)).not.toContain('owner-token')
    await first.stop()
    const second = await startServer()
    writtenDiscovery(second.url, runtimeFile)
    expect(await call(client, 'health_check')).toBeDefined()
    expect(second.visits).toHaveLength(1)
  })
})
