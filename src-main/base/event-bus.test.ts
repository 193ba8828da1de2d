import { expect, test } from 'vitest'
import { eventBusConformance } from './event-bus.conformance.ts'
import type { Announcement } from './event-bus.ts'
import { LocalEventBus } from './event-bus.ts'
import { silentLog } from './log.ts'

const announcement: Announcement = { event: { type: 'hello', at: '', server_version: '1', is_owner: false } }

test('everybody hears, in order, and one that throws harms no other and is logged', () => {
  const errors: unknown[] = []
  const bus = new LocalEventBus({ ...silentLog, error: (facts) => errors.push(facts['event']) })
  const heard: string[] = []
  bus.subscribe(() => heard.push('first'))
  bus.subscribe(() => {
    throw new Error('broken')
  })
  bus.subscribe(() => heard.push('last'))
  bus.publish(announcement)
  expect([heard, errors]).toEqual([['first', 'last'], ['hello']])
})

test('one function subscribed twice is two subscriptions with two ends', () => {
  const bus = new LocalEventBus(silentLog)
  let count = 0
  const listener = () => (count += 1)
  const ends = [bus.subscribe(listener), bus.subscribe(listener)]
  bus.publish(announcement)
  ends[0]?.()
  ends[0]?.()
  bus.publish(announcement)
  expect([count, bus.listenerCount]).toEqual([3, 1])
})

test('who leaves while something is told is told no more', () => {
  const bus = new LocalEventBus(silentLog)
  const heard: string[] = []
  const ends: (() => void)[] = []
  bus.subscribe(() => ends[0]?.())
  ends.push(bus.subscribe(() => heard.push('late')))
  bus.publish(announcement)
  expect(heard).toEqual([])
})

eventBusConformance('LocalEventBus', () => Promise.resolve({ bus: new LocalEventBus(silentLog), close: () => undefined }))

test('what comes from another instance is for those who hear all, and so is a gap', () => {
  const bus = new LocalEventBus(silentLog)
  const heard: string[] = []
  bus.subscribe(() => heard.push('here'))
  bus.subscribeAll(
    () => heard.push('all'),
    ({ sinceMs }) => heard.push(`gap since ${sinceMs}`),
  )
  bus.relay(announcement)
  bus.reportGap({ sinceMs: 5 })
  expect(heard).toEqual(['all', 'gap since 5'])
})
