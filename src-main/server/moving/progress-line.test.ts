import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ProgressLine } from './progress-line.ts'

let lines: string[]
beforeEach(() => {
  lines = []
  vi.useFakeTimers({ toFake: ['performance'] })
  vi.spyOn(process.stderr, 'write').mockImplementation((line) => {
    lines.push(String(line).trim())
    return true
  })
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

test('each phase, and what begins again within one, has a rate of its own', () => {
  const line = new ProgressLine('Importing')
  line.tell(0, 10_000, 'Moving')
  vi.advanceTimersByTime(100_000)
  line.tell(9_000, 10_000, 'Moving')
  line.tell(0, 10_000, 'Verifying')
  vi.advanceTimersByTime(10_000)
  line.tell(5_000, 10_000, 'Verifying')
  line.tell(0, 10_000, 'Verifying')
  vi.advanceTimersByTime(10_000)
  line.tell(2_000, 10_000, 'Verifying')
  expect(lines).toEqual([
    'Moving: 9000 of 10000 records, 90 a second, about 12 s left',
    'Verifying: 5000 of 10000 records, 500 a second, about 10 s left',
    'Verifying: 2000 of 10000 records, 200 a second, about 40 s left',
  ])
})

test('more than were counted are not said to be so many of fewer', () => {
  const line = new ProgressLine('Exporting')
  vi.advanceTimersByTime(10_000)
  line.tell(20_000, 11_000)
  vi.advanceTimersByTime(10_000)
  line.tell(30_000, 0)
  expect(lines).toEqual(['Exporting: 20000 records, 2000 a second', 'Exporting: 30000 records, 1500 a second'])
})
