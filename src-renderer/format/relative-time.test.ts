import { expect, test } from 'vitest'
import { latency, rate } from './numbers.ts'
import { duration, longAge, shortAge } from './relative-time.ts'

const NOW = Date.parse('2026-11-22T12:00:00.000Z')
const ago = (ms: number) => new Date(NOW - ms).toISOString()
const HOUR = 3_600_000

test.each([
  [-2000, 'now', 'just now'],
  [4000, 'now', 'just now'],
  [12_000, '12 s', '12 s ago'],
  [3 * 60_000, '3 m', '3 m ago'],
  [2.9 * HOUR, '2 h', '2 h ago'],
  [49 * HOUR, '2 d', '2 d ago'],
  [100 * 24 * HOUR, 'Aug 14', 'Aug 14'],
  [400 * 24 * HOUR, 'Oct 18, 2025', 'Oct 18, 2025'],
])('%d ms ago', (ms, short, long) => {
  expect([shortAge(ago(ms), NOW), longAge(ago(ms), NOW)]).toEqual([short, long])
})

test('a span shows its two largest units', () => {
  expect([0, 59_000, 12 * 60_000, 3.2 * HOUR, 50 * HOUR].map(duration)).toEqual(['0 s', '59 s', '12 m', '3 h 12 m', '2 d 2 h'])
})

test('small numbers keep a decimal, large ones do not', () => {
  expect([0.42, 3.14159, 31.7, 1234].map(latency)).toEqual(['0.4 ms', '3.1 ms', '32 ms', '1.2 s'])
  expect([0, 2.25, 1234.5].map(rate)).toEqual(['0', '2.3', '1,235'])
})
