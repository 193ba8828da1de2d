import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Heartbeat } from './heartbeat.ts'
import { DEFAULT_TIMINGS } from './timings.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function watched(isReading = () => true) {
  const heard: string[] = []
  const heartbeat = new Heartbeat({ ping: () => heard.push('ping'), dead: () => heard.push('dead'), isReading }, DEFAULT_TIMINGS)
  return { heard, heartbeat }
}

test('a server that pings is never asked', () => {
  const { heard, heartbeat } = watched()
  for (let at = 0; at < 10; at += 1) {
    vi.advanceTimersByTime(20_000)
    heartbeat.seen()
  }
  expect(heard).toEqual([])
  heartbeat.stop()
})

test('silence is asked about, then taken for death within 45 s', () => {
  const { heard, heartbeat } = watched()
  vi.advanceTimersByTime(25_000)
  expect(heard).toEqual(['ping'])
  vi.advanceTimersByTime(20_000)
  expect(heard[1]).toBe('dead')
  heartbeat.stop()
})

test('an answer ends the doubt', () => {
  const { heard, heartbeat } = watched()
  vi.advanceTimersByTime(25_000)
  heartbeat.seen()
  vi.advanceTimersByTime(20_000)
  expect(heard).toEqual(['ping'])
  heartbeat.stop()
})

test('while something that was sent has no answer, silence is death within eight seconds', () => {
  const { heard, heartbeat } = watched()
  heartbeat.sent()
  vi.advanceTimersByTime(3_000)
  expect(heard).toEqual(['ping'])
  vi.advanceTimersByTime(5_000)
  expect(heard[1]).toBe('dead')
  heartbeat.stop()
})

test('a slow answer is no death: the pong ends the doubt, and it asks again', () => {
  const { heard, heartbeat } = watched()
  for (let at = 0; at < 4; at += 1) {
    heartbeat.sent()
    vi.advanceTimersByTime(3_000)
    heartbeat.seen()
  }
  expect(heard).toEqual(['ping', 'ping', 'ping', 'ping'])
  vi.advanceTimersByTime(20_000)
  expect(heard).toHaveLength(4)
  heartbeat.stop()
})

test('who waits on a connection that is doubted already need not wait as long as nobody would', () => {
  const { heard, heartbeat } = watched()
  vi.advanceTimersByTime(25_000)
  heartbeat.sent()
  vi.advanceTimersByTime(5_000)
  expect(heard).toEqual(['ping', 'dead'])
  heartbeat.stop()
})

test('after a sleep it asks at once instead of waiting or giving up', () => {
  const { heard, heartbeat } = watched()
  vi.setSystemTime(Date.now() + 3_600_000)
  vi.advanceTimersByTime(1_000)
  expect(heard).toEqual(['ping'])
  vi.advanceTimersByTime(5_000)
  expect(heard[1]).toBe('dead')
  heartbeat.stop()
})

test('while we do not read, silence means nothing', () => {
  const { heard, heartbeat } = watched(() => false)
  vi.advanceTimersByTime(120_000)
  expect(heard).toEqual([])
  heartbeat.stop()
})
