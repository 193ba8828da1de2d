import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { EventBatcher, type EventBatch } from './event-batcher.ts'
import { storedEvent } from './fake-server-client.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

test('a burst is delivered once', () => {
  const batches: EventBatch[] = []
  const batcher = new EventBatcher((batch) => batches.push(batch))
  for (let n = 0; n < 50; n += 1) batcher.add(storedEvent(`m${n}`))
  expect(batches).toEqual([])
  vi.advanceTimersByTime(100)
  expect(batches.map(({ events, isIncomplete }) => [events.length, isIncomplete])).toEqual([[50, false]])
})

test('a flood is bounded and says that it lost something, once', () => {
  const batches: EventBatch[] = []
  const batcher = new EventBatcher((batch) => batches.push(batch))
  for (let n = 0; n < 10_000; n += 1) batcher.add(storedEvent(`m${n}`))
  vi.advanceTimersByTime(100)
  batcher.add(storedEvent('later'))
  vi.advanceTimersByTime(100)
  expect(batches.map(({ events, isIncomplete }) => [events.length, isIncomplete])).toEqual([
    [2000, true],
    [1, false],
  ])
})
