import { expect, test } from 'vitest'
import { scheduleSchema } from '../../contract/workflow.ts'
import type { Schedule } from '../../contract/workflow.ts'
import { checkSchedule, nextRunAt } from './schedule.ts'

const schedule = (fields: Partial<Schedule>): Schedule => scheduleSchema.parse(fields)
const at = (time: string): number => Date.parse(time)

test('an interval counts from now, a cron line finds its next time', () => {
  expect(nextRunAt(schedule({ every_seconds: 90 }), at('2026-11-22T09:30:00Z'))).toBe('2026-11-22T09:31:30.000Z')
  const cron = schedule({ cron: '30 8 * * 1-5', timezone: 'Europe/Berlin' })
  expect(nextRunAt(cron, at('2026-11-20T07:29:59Z'))).toBe('2026-11-20T07:30:00.000Z')
  // Friday's has gone by: Monday's is next.
  expect(nextRunAt(cron, at('2026-11-20T07:30:00Z'))).toBe('2026-11-23T07:30:00.000Z')
})

test('a time that the change of the clocks skips or repeats comes once', () => {
  const cron = schedule({ cron: '30 2 * * *', timezone: 'Europe/Berlin' })
  const spring = nextRunAt(cron, at('2026-03-28T12:00:00Z'))!
  expect(spring.slice(0, 10)).toBe('2026-03-29')
  expect(nextRunAt(cron, at(spring))!.slice(0, 10)).toBe('2026-03-30')
  const autumn = nextRunAt(cron, at('2026-10-24T12:00:00Z'))!
  expect(nextRunAt(cron, at(autumn))!.slice(0, 10)).toBe('2026-10-26')
})

test('what is switched off does not come', () => {
  expect(nextRunAt(schedule({ every_seconds: 1, enabled: false }), 0)).toBeUndefined()
  expect(nextRunAt(undefined, 0)).toBeUndefined()
})

test.each([
  [{}, 'schedule needs either cron or every_seconds, and not both'],
  [{ cron: '* * * * *', every_seconds: 5 }, 'and not both'],
  [{ cron: 'every day' }, 'schedule.cron must be five cron fields'],
  [{ cron: '* * * * * *' }, 'schedule.cron must be five cron fields'],
  [{ cron: '0 0 31 2 *' }, 'it never comes'],
  [{ cron: '0 8 * * *', timezone: 'Berlin' }, 'schedule.timezone must be an IANA time zone'],
  [{ every_seconds: 5, timezone: 'Europe/Berlin' }, 'schedule.timezone only goes with cron'],
])('%j is refused', (fields, sentence) => {
  expect(() => checkSchedule(schedule(fields))).toThrow(sentence)
})
