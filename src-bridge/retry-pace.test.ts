import { expect, test } from 'vitest'
import { RetryPace } from './retry-pace.ts'
import { DEFAULT_TIMINGS } from './timings.ts'

const absent = { sentence: '', isFinal: false, jsonRpcCode: 0, body: { code: 'unavailable', message: '' } } as const

test('pauses double from 250 ms to 2 s while something waits, and start over after a reset', () => {
  const pace = new RetryPace(DEFAULT_TIMINGS, () => 0.5)
  const next = () => pace.next({ failure: absent, isNeeded: true, downForMs: 60_000 })
  expect([next(), next(), next(), next(), next()]).toEqual([250, 500, 1_000, 2_000, 2_000])
  pace.reset()
  expect(next()).toBe(250)
})

test('attempts that nobody waits for become rare, and refusals set their own pace', () => {
  const pace = new RetryPace(DEFAULT_TIMINGS, () => 0.5)
  expect(pace.next({ failure: absent, isNeeded: false, downForMs: 60_000 })).toBe(5_000)
  expect(pace.next({ failure: { ...absent, isFinal: true }, isNeeded: true, downForMs: 0 })).toBe(15_000)
  expect(pace.next({ failure: { ...absent, retryAfterMs: 7_000 }, isNeeded: true, downForMs: 0 })).toBe(7_000)
})

test('the bridges of one machine spread their attempts', () => {
  const first = (random: number) => new RetryPace(DEFAULT_TIMINGS, () => random).next({ failure: absent, isNeeded: true, downForMs: 0 })
  expect([first(0), first(1)]).toEqual([187.5, 312.5])
})
