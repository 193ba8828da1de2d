import { expect, test } from 'vitest'
import type { RatesEvent } from '../api/types.ts'
import { latencySeries, stackedBins } from './rate-series.ts'
import { WINDOW_SECONDS, addRates, callsPerMinute, type RatePoint } from './rate-window.ts'

const START = 1_795_000_000 // a multiple of the width of a bar
const rates = (second: number, calls: Readonly<Record<string, number>>): RatesEvent => ({
  type: 'rates',
  at: new Date((START + second) * 1000).toISOString(),
  calls_by_agent: calls,
  calls: 0,
  errors: 0,
  sessions: 1,
})
const watch = (seconds: number, calls: (second: number) => Readonly<Record<string, number>>) => {
  let points: readonly RatePoint[] = []
  for (let second = 0; second < seconds; second += 1) points = addRates(points, rates(second, calls(second)), 'owner')
  return points
}

test('five minutes are kept, whatever comes', () => {
  const points = watch(1000, () => ({ a: 1 }))
  expect(points).toHaveLength(WINDOW_SECONDS)
  expect(points.at(-1)?.at).toBe(START + 999)
})

test('calls of this page are left out', () => {
  expect(watch(1, () => ({ a: 1, owner: 9 }))[0]?.callsByAgent).toEqual({ a: 1 })
})

test('a rate is scaled while less than a minute was seen', () => {
  expect(callsPerMinute(watch(2, () => ({ a: 1 })))).toBeUndefined()
  expect(callsPerMinute(watch(10, () => ({ a: 2 })))).toBe(120)
  expect(callsPerMinute(watch(200, (second) => ({ a: second < 100 ? 50 : 3 })))).toBe(180)
})

test('bars stack the busiest agent at the bottom', () => {
  const { series, peak } = stackedBins(
    watch(10, () => ({ few: 1, many: 4 })),
    START + 9,
  )
  expect(series.map(({ agentId, own, top }) => [agentId, own.at(-1), top.at(-1)])).toEqual([
    ['many', 4, 4],
    ['few', 1, 5],
  ])
  expect(peak).toBe(5)
})

test('beyond the busiest six, agents are one', () => {
  const calls = Object.fromEntries(Array.from({ length: 9 }, (_, n) => [`agent-${n}`, 9 - n]))
  const { series } = stackedBins(
    watch(5, () => calls),
    START + 4,
  )
  expect(series.map(({ agentId }) => agentId).slice(-2)).toEqual(['agent-5', undefined])
  expect(series.at(-1)?.own.at(-1)).toBe(3 + 2 + 1)
})

test('a second without calls leaves a gap in the latency', () => {
  const points = addRates([], { ...rates(0, {}), latency_ms: { p50: 1, p95: 2 } }, 'owner')
  expect(latencySeries(addRates(points, rates(1, {}), 'owner'))).toEqual({ x: [START, START + 1], p50: [1, null], p95: [2, null] })
})
