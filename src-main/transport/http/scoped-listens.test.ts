import { expect, test } from 'vitest'
import { FixedClock } from '../../base/clock.ts'
import { LocalEventBus } from '../../base/event-bus.ts'
import { silentLog } from '../../base/log.ts'
import { unlimited } from '../../base/rate-limiter.ts'
import { Session } from '../../session/session.ts'
import type { ToolRunner } from '../../tools/tool-runner.ts'
import { ScopedListens } from './scoped-listens.ts'

const ID = '01990000-0000-7000-8000-000000000001'
const URI = `memory://${ID}`

function setUp() {
  const bus = new LocalEventBus(silentLog)
  const runner = { call: () => Promise.resolve({}) } as unknown as ToolRunner // every memory may be seen
  const scope = { kind: 'agent', agentId: 'alice', namespace: 'default', isAdmin: false } as const
  const parts = { runner, limiter: unlimited, bus, clock: new FixedClock(0), awake: new FixedClock(0), log: silentLog }
  const session = new Session('s1', { scope, transport: 'http', capabilities: {} }, parts)
  const change = () =>
    bus.publish({
      event: { type: 'memory-updated', at: '', memory_id: ID, by: 'bob', agent_id: 'bob', namespace: 'default', access_level: 'public' },
      access: { agent_id: 'bob', namespace: 'default', access_level: 'public', shared_with: [] },
    })
  return { bus, session, change, listens: new ScopedListens() }
}

function request(body: unknown, method = 'subscriptions/listen'): Request {
  return new Request('http://tmws/mcp', { method: 'POST', headers: { 'mcp-method': method }, body: JSON.stringify(body) })
}

const LISTEN = {
  id: 1,
  params: { _meta: { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' }, notifications: { resourceSubscriptions: [URI] } },
}

test('a stream hears its own session until it ends, and leaves nothing behind', async () => {
  const { bus, session, change, listens } = setUp()
  const heard: unknown[] = []
  let end: () => void = () => undefined
  await listens.serve(session, () => {
    end = listens.bus.subscribe((event) => heard.push(event))
    return Promise.resolve(new Response())
  }, [request(LISTEN)])
  change()
  listens.bus.publish({ kind: 'resource_updated', uri: 'memory://of-another' })
  expect(heard).toEqual([{ kind: 'resource_updated', uri: URI }])
  end()
  expect(bus.listenerCount).toBe(0)
})

test('a listen that the SDK refuses leaves nothing behind', async () => {
  const { bus, session, listens } = setUp()
  await listens.serve(session, () => Promise.resolve(new Response()), [request(LISTEN)])
  expect([bus.listenerCount, session.subscriptions.count]).toEqual([0, 0])
})

test('what does not say that it listens hears nothing', async () => {
  const { bus, session, change, listens } = setUp()
  const heard: unknown[] = []
  const fetch = () => {
    listens.bus.subscribe((event) => heard.push(event))
    return Promise.resolve(new Response())
  }
  for (const [body, method] of [[LISTEN, 'tools/list'], ['no object'], [{ id: 1 }], [{ ...LISTEN, id: {} }]] as const)
    await listens.serve(session, fetch, [request(body, method)])
  change()
  expect(heard).toEqual([])
  expect(bus.listenerCount).toBe(0)
})

test('a listen for too much is answered with a sentence', async () => {
  const { session, listens } = setUp()
  const uris = Array.from({ length: 1_001 }, (_, index) => `memory://00000000-0000-7000-8000-${String(index).padStart(12, '0')}`)
  const many = { ...LISTEN, params: { ...LISTEN.params, notifications: { resourceSubscriptions: uris } } }
  const response = await listens.serve(session, () => Promise.reject(new Error('not reached')), [request(many)])
  expect(await response.json()).toMatchObject({ id: 1, error: { message: expect.stringContaining('1000 subscriptions') as string } })
})
