import { afterEach, expect, test, vi } from 'vitest'
import { AwakeTime } from './awake-time.ts'

afterEach(() => vi.useRealTimers())

test('goes with the monotonic clock, asked or not', () => {
  vi.useFakeTimers()
  let monotonic = 1_000
  const awake = new AwakeTime(() => monotonic)
  expect(awake.now()).toBe(0)
  for (let second = 0; second < 60; second += 1) {
    monotonic += 1_000
    vi.advanceTimersByTime(1_000)
  }
  expect(awake.now()).toBe(60_000)
  awake.close()
})

test('eight hours of sleep are a few seconds at most, and never a step back', () => {
  let monotonic = 0
  const awake = new AwakeTime(() => monotonic)
  monotonic += 8 * 3_600_000
  expect(awake.now()).toBe(5_000)
  monotonic -= 100
  expect(awake.now()).toBe(5_000)
  monotonic += 200
  expect(awake.now()).toBe(5_200)
  awake.close()
})
