import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { FixedClock } from '../base/clock.ts'
import { LocalEventBus } from '../base/event-bus.ts'
import { silentLog } from '../base/log.ts'
import type { MemoryEvent } from '../contract/events.ts'
import type { AccessLevel } from '../contract/memory.ts'
import { LIMITS } from '../contract/protocol.ts'
import type { Scope } from '../contract/scope.ts'
import { ResourceSubscriptions } from './resource-subscriptions.ts'

const ID = '01990000-0000-7000-8000-000000000001'
const URI = `memory://${ID}`
const LISTS = ['memory://recent', 'memory://tags', 'memory://stats']

function setUp() {
  const bus = new LocalEventBus(silentLog)
  const heard: string[] = []
  const state = { scope: agent('alice'), visible: true, onCheck: () => undefined as unknown }
  const subscriptions = new ResourceSubscriptions({
    bus,
    clock: new FixedClock(0),
    scope: () => state.scope,
    isVisible: async () => {
      await Promise.resolve()
      state.onCheck()
      return state.visible
    },
  })
  subscriptions.deliverTo((uri) => heard.push(uri))
  const happen = (type: MemoryEvent['type'], level: AccessLevel, by = 'bob', id = ID): void => {
    const access = { agent_id: by, namespace: 'default', access_level: level, shared_with: [] }
    bus.publish({ event: { type, at: '', memory_id: id, by, agent_id: by, namespace: 'default', access_level: level }, access })
  }
  return { bus, heard, state, subscriptions, happen }
}

function agent(agentId: string): Scope {
  return { kind: 'agent', agentId, namespace: 'default', isAdmin: false }
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('a subscription to a memory', () => {
  test('tells of each change, at most once per 200 ms', async () => {
    const { heard, subscriptions, happen } = setUp()
    await subscriptions.add(URI, 'a')
    for (let change = 0; change < 10; change++) happen('memory-updated', 'public')
    expect(heard).toEqual([URI])
    vi.advanceTimersByTime(200)
    expect(heard).toEqual([URI, URI])
    vi.advanceTimersByTime(1_000)
    expect(heard).toHaveLength(2)
  })

  test('is refused for a memory that may not be seen, and for what is no resource', async () => {
    const { bus, state, subscriptions } = setUp()
    state.visible = false
    for (const uri of [URI, 'memory://nothing', 'file:///etc/passwd', ''])
      await expect(subscriptions.add(uri, 'a')).rejects.toMatchObject({ code: 'not_found' })
    expect([subscriptions.count, bus.listenerCount]).toEqual([0, 0])
  })

  test('is refused for a memory that is taken away while the check runs', async () => {
    const { heard, state, subscriptions, happen } = setUp()
    state.onCheck = () => happen('memory-updated', 'private')
    await expect(subscriptions.add(URI, 'a')).rejects.toMatchObject({ code: 'not_found' })
    expect(heard).toEqual([])
  })

  test.each([
    ['made private', 'memory-updated', 'private'],
    ['deleted', 'memory-deleted', 'public'],
  ] as const)('has a last word when it is %s, and nothing after', async (_what, type, level) => {
    const { bus, heard, subscriptions, happen } = setUp()
    await subscriptions.add(URI, 'a')
    happen(type, level)
    expect(heard).toEqual([URI])
    happen('memory-updated', 'public')
    vi.advanceTimersByTime(1_000)
    expect(heard).toEqual([URI])
    expect([subscriptions.count, bus.listenerCount]).toEqual([0, 0])
  })

  test('is checked against the agent that the session has become', async () => {
    const { heard, state, subscriptions, happen } = setUp()
    await subscriptions.add(URI, 'a')
    state.scope = agent('carol')
    happen('memory-updated', 'private')
    expect(heard).toEqual([])
    happen('memory-updated', 'public')
    expect(heard).toEqual([URI])
  })

  test('that waits for its pace is not told to another agent', async () => {
    const { heard, state, subscriptions, happen } = setUp()
    await subscriptions.add(URI, 'a')
    happen('memory-updated', 'public')
    happen('memory-updated', 'public')
    state.scope = agent('carol')
    vi.advanceTimersByTime(1_000)
    expect(heard).toEqual([URI])
  })

  test('lasts until the last who wanted it ends it', async () => {
    const { heard, subscriptions, happen } = setUp()
    await subscriptions.add(URI, 'a')
    await subscriptions.add(URI, 7)
    subscriptions.remove('a')
    happen('memory-updated', 'public')
    expect(heard).toEqual([URI])
    subscriptions.remove(7, URI)
    subscriptions.remove(7, 'memory://unknown')
    expect(subscriptions.count).toBe(0)
  })
})

test('the lists are told of what their reader may see, and of nothing else', async () => {
  const { heard, subscriptions, happen } = setUp()
  for (const uri of LISTS) await subscriptions.add(uri, 'a')
  happen('memory-stored', 'private')
  expect(heard).toEqual([])
  happen('memory-stored', 'team')
  expect(heard).toEqual(LISTS)
})

test('there is a maximum, said in a sentence', async () => {
  const { subscriptions } = setUp()
  const uris = Array.from(
    { length: LIMITS.subscriptionsPerSession },
    (_, index) => `memory://00000000-0000-7000-8000-${String(index).padStart(12, '0')}`,
  )
  for (const uri of uris) await subscriptions.add(uri, 'a')
  await subscriptions.add(uris[0] ?? '', 'b')
  await expect(subscriptions.add(URI, 'a')).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringMatching(/1000 subscriptions/) as string,
  })
})

test('all ends with the session, also what was waiting', async () => {
  const { bus, heard, subscriptions, happen } = setUp()
  await subscriptions.add(URI, 'a')
  happen('memory-updated', 'public')
  happen('memory-updated', 'public')
  subscriptions.close()
  subscriptions.close()
  vi.advanceTimersByTime(1_000)
  expect(heard).toEqual([URI])
  expect(bus.listenerCount).toBe(0)
  await expect(subscriptions.add(URI, 'a')).rejects.toMatchObject({ code: 'not_found' })
})
