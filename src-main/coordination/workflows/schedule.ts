import { Cron } from 'croner'
import { toIso } from '../../base/clock.ts'
import { invalidField, messageOf } from '../../base/errors.ts'
import type { Schedule } from '../../contract/workflow.ts'

/**
 * When a schedule comes next after `afterMs` (epoch milliseconds); undefined when it is switched off or never comes again. Times that
 * a change of the clocks skips or repeats are the library's business: such a run comes once.
 */
export function nextRunAt(schedule: Schedule | undefined, afterMs: number): string | undefined {
  if (schedule?.enabled !== true) return undefined
  if (schedule.every_seconds !== undefined) return toIso(afterMs + schedule.every_seconds * 1000)
  const next = cronOf(schedule).nextRun(new Date(afterMs))
  return next === null ? undefined : next.toISOString()
}

/** Throws `invalid_request`, naming the field, for a schedule that cannot work. */
export function checkSchedule(schedule: Schedule): void {
  if ((schedule.cron === undefined) === (schedule.every_seconds === undefined))
    throw invalidField('schedule', 'needs either cron or every_seconds, and not both')
  if (schedule.timezone !== undefined && schedule.cron === undefined) throw invalidField('schedule.timezone', 'only goes with cron')
  if (schedule.cron === undefined) return
  if (schedule.timezone !== undefined && !isTimezone(schedule.timezone))
    throw invalidField('schedule.timezone', `must be an IANA time zone such as "Europe/Berlin" (got "${schedule.timezone}")`)
  try {
    if (cronOf(schedule).nextRun() === null) throw new Error('it never comes')
  } catch (error) {
    throw invalidField('schedule.cron', `must be five cron fields such as "0 8 * * 1-5" (got "${schedule.cron}": ${messageOf(error)})`)
  }
}

function cronOf({ cron = '', timezone }: Schedule): Cron {
  return new Cron(cron, { mode: '5-part', paused: true, ...(timezone !== undefined && { timezone }) })
}

function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}
