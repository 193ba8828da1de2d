import { afterEach, describe, expect, test } from 'vitest'
import { writtenDiscovery } from './testing/discovery-file.ts'
import { FakeServer } from './testing/fake-server.ts'
import { MemoryHost, QUICK, sentenceOf } from './testing/memory-host.ts'
import { until } from './testing/until.ts'

const servers: FakeServer[] = []
async function startServer(): Promise<FakeServer> {
  const server = await FakeServer.start()
  servers.push(server)
  return server
}
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop().catch(() => undefined)))
})

describe('a lost server', () => {
  test('each call is answered once: repeated if that is safe, else with what is known', async () => {
    const server = await startServer()
    await using host = MemoryHost.at(server.port)
    await host.open()
    const call = (id: string, name: string) => host.say({ id, method: 'tools/call', params: { name, arguments: { t: 'hang' } } })
    for (const name of ['look', 'set', 'add', 'store_memory']) call(name, name)
    await until(() => server.methods().filter((method) => method === 'tools/call').length === 4, 'the calls')
    server.cut()
    expect(sentenceOf(await host.answer('add'))).toMatch(/lost.*not known whether/)
    await until(() => server.methods(1).filter((method) => method === 'tools/call').length === 3, 'the repeated calls')
    expect(server.heard(1).flatMap((message) => (message.method === 'tools/call' ? [message.id] : []))).toEqual([
      'look',
      'set',
      'store_memory',
    ])
    // Lost once more, they are given back instead of a third try.
    server.cut()
    for (const id of ['look', 'set', 'store_memory']) expect(sentenceOf(await host.answer(id))).toMatch(/lost twice/)
    await until(() => server.visits[2], 'the third connection')
    await host.ask('after', 'ping')
    expect(server.methods(2)).not.toContain('tools/call')
    for (const id of ['look', 'set', 'add', 'store_memory']) expect(host.answers(id)).toHaveLength(1)
  })

  test.each([
    [
      'a tool result',
      (id: unknown) => ({ id, result: { isError: true, _meta: { 'tmws/error': { code: 'unavailable', message: 'stopping' } } } }),
    ],
    ['an error', (id: unknown) => ({ id, error: { code: 503, message: 'stopping', data: { code: 'unavailable', message: 'stopping' } } })],
  ])('a server that stops turns the repeated opening away (by %s): the next connection is the one', async (_, refusal) => {
    const server = await startServer()
    await using host = MemoryHost.at(server.port)
    await host.open()
    await host.ask('w', 'tools/call', { name: 'switch_agent', arguments: { agent_id: 'b' } })
    const echo = server.answerTo
    server.answerTo = (message) => {
      const isSwitchAgain = JSON.stringify(message['params'] ?? {}).includes('switch_agent')
      return isSwitchAgain && server.visits.length === 2 ? { jsonrpc: '2.0', ...refusal(message['id']) } : echo(message)
    }
    server.cut()
    const answer = await host.ask('after', 'tools/call', { name: 'look', arguments: {} })
    expect(answer).toHaveProperty('result')
    expect([server.visits.length, server.methods(2).filter((method) => method === 'tools/call').length]).toEqual([3, 2])
  })

  test('a new connection resumes the session and hears the handshake again, the host does not', async () => {
    const server = await startServer()
    await using host = MemoryHost.at(server.port)
    await host.open()
    const heardBefore = host.lines.length
    server.cut()
    await until(() => server.methods(1).length === 2, 'the repeated handshake')
    expect(server.heard(1)).toMatchObject([
      { method: 'initialize', id: expect.stringMatching(/^tmws-bridge:replay:/) as string, params: { protocolVersion: '2025-11-25' } },
      { method: 'notifications/initialized' },
    ])
    expect(server.visits[1]?.headers['x-session-resume']).toBe('resume-1')
    expect(host.lines).toHaveLength(heardBefore)
    expect(await host.ask('next', 'ping')).toHaveProperty('result')
    server.cut()
    await until(() => server.visits[2], 'the third connection')
    expect(server.visits[2]?.headers['x-session-resume']).toBe('resume-2')
  })

  test('the id of a repeated handshake is free for the host afterwards', async () => {
    const server = await startServer()
    await using host = MemoryHost.at(server.port)
    await host.open()
    server.cut()
    await until(() => server.methods(1).length === 2, 'the repeated handshake')
    const id = server.heard(1)[0]?.id
    expect(await host.ask(id, 'ping')).toHaveProperty('result')
  })

  test('a host of the 2026-07-28 revision has no handshake to repeat; its subscription begins anew', async () => {
    const server = await startServer()
    await using host = MemoryHost.at(server.port)
    await host.ask(1, 'server/discover', {})
    host.say({ id: 'sub', method: 'subscriptions/listen', params: { t: 'hang' } })
    for (let round = 1; round <= 3; round += 1) {
      await until(() => server.methods(round - 1).includes('subscriptions/listen'), 'the subscription')
      server.cut()
    }
    await until(() => server.methods(3).includes('subscriptions/listen'), 'the last subscription')
    expect(server.methods(3)).toEqual(['subscriptions/listen'])
    expect(host.answers('sub')).toEqual([])
  })

  test('an unanswered initialize is sent again as it was', async () => {
    const server = await startServer()
    await using host = MemoryHost.at(server.port)
    host.say({ id: 1, method: 'initialize', params: { t: 'hang' } })
    await until(() => server.methods().length === 1, 'initialize')
    server.cut()
    await until(() => server.methods(1).length === 1, 'initialize again')
    expect(server.heard(1)).toMatchObject([{ id: 1, method: 'initialize' }])
  })

  test('that stays away leaves no call unanswered', async () => {
    const server = await startServer()
    await using host = MemoryHost.at(server.port)
    await host.open()
    host.say({ id: 'look', method: 'tools/call', params: { name: 'look', t: 'hang' } })
    await until(() => server.methods().includes('tools/call'), 'the call')
    await server.stop()
    expect(sentenceOf(await host.answer('look', QUICK.lostAnswerWithinMs + 500))).toMatch(/TMWS is not running/)
  })

  test('a session the server no longer knows is begun anew', async () => {
    const server = await startServer()
    await using host = MemoryHost.at(server.port)
    await host.open()
    server.refusesResume = true
    server.cut()
    expect(await host.ask(5, 'ping')).toHaveProperty('result')
    expect(server.visits[1]?.headers).not.toHaveProperty('x-session-resume')
  })

  test('is found again where the discovery file says', async () => {
    const first = await startServer()
    const runtimeFile = writtenDiscovery(first.url)
    await using host = new MemoryHost({ runtimeFile })
    await host.open()
    await first.stop()
    const second = await startServer()
    writtenDiscovery(second.url, runtimeFile)
    expect(await host.ask(5, 'ping')).toHaveProperty('result')
    expect(second.methods()).toEqual(['initialize', 'notifications/initialized', 'ping'])
  })

  test('a cancelled call is not repeated and its id is free', async () => {
    const server = await startServer()
    await using host = MemoryHost.at(server.port)
    await host.open()
    host.say({ id: 'x', method: 'tools/call', params: { name: 'look', t: 'hang' } })
    host.say({ method: 'notifications/cancelled', params: { requestId: 'x' } })
    await until(() => server.methods().includes('notifications/cancelled'), 'the cancellation')
    server.cut()
    await host.ask('y', 'ping')
    expect(server.methods(1)).not.toContain('tools/call')
    expect(host.answers('x')).toEqual([])
  })

  test('a message too large for the server is named as the cause, and the others go on', async () => {
    const server = await startServer()
    await using host = MemoryHost.at(server.port)
    await host.open()
    host.say({ id: 'small', method: 'tools/call', params: { name: 'look', t: 'hang' } })
    host.say({ id: 'large', method: 'tools/call', params: { name: 'look', t: `hang${'x'.repeat(5_000)}` } })
    await until(() => server.methods().filter((method) => method === 'tools/call').length === 2, 'the calls')
    server.visits[0]!.socket.close(1009)
    expect(await host.answer('large')).toMatchObject({ error: { code: 413 } })
    await until(() => server.methods(1).includes('tools/call'), 'the small one again')
    expect(server.heard(1).at(-1)).toMatchObject({ id: 'small' })
  })

  test('that says nothing any more is left and reached anew', async () => {
    const server = await startServer()
    const timings = { ...QUICK, pingAfterMs: 80, pongWithinMs: 80, heartbeatTickMs: 20 }
    await using host = MemoryHost.at(server.port, timings)
    await host.open()
    // Half open: the peer's kernel takes our bytes, nobody reads them.
    server.visits[0]!.socket.pause()
    host.say({ id: 'look', method: 'tools/call', params: { name: 'look' } })
    expect(await host.answer('look')).toHaveProperty('result')
    expect(server.visits).toHaveLength(2)
  })

  test('again and again: every call is answered exactly once', async () => {
    const server = await startServer()
    await using host = MemoryHost.at(server.port)
    await host.open()
    const ids = Array.from({ length: 400 }, (_, number) => `call-${number}`)
    for (const [number, id] of ids.entries()) {
      host.say({ id, method: 'tools/call', params: { name: ['look', 'set', 'add'][number % 3], t: number % 7 === 0 ? 'hang' : '' } })
      if (number % 40 === 20) server.cut()
      if (number % 4 === 0) await pause(1)
    }
    await pause(50)
    server.cut()
    await pause(100)
    server.cut()
    for (const id of ids) await host.answer(id)
    await host.ask('last', 'ping')
    expect(ids.map((id) => host.answers(id).length)).toEqual(ids.map(() => 1))
  })

  test.each([4408, 4403])('after the idle time, or when the person ended it, the bridge rests until the host speaks (%i)', async (code) => {
    const server = await startServer()
    await using host = MemoryHost.at(server.port)
    await host.open()
    server.visits[0]!.socket.close(code, 'go')
    await pause(300)
    expect(server.visits).toHaveLength(1)
    expect(await host.ask('back', 'ping')).toHaveProperty('result')
  })
})
