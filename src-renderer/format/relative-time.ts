import { strings } from '../strings/strings.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
/** Beyond this an age says less than a date. */
const OLDEST_AGE = 60 * DAY

/** "12 s", "3 m", "2 h", "5 d", then the date. A clock that is a little ahead reads as now. */
export function shortAge(instant: string, now: number): string {
  const age = now - Date.parse(instant)
  if (age < 5 * SECOND) return strings.time.now
  if (age < MINUTE) return strings.time.seconds(Math.floor(age / SECOND))
  if (age < HOUR) return strings.time.minutes(Math.floor(age / MINUTE))
  if (age < DAY) return strings.time.hours(Math.floor(age / HOUR))
  if (age < OLDEST_AGE) return strings.time.days(Math.floor(age / DAY))
  return shortDate(instant, now)
}

/** The same as a phrase: "2 d ago", "on 12 Mar". */
export function longAge(instant: string, now: number): string {
  const age = now - Date.parse(instant)
  if (age < 5 * SECOND) return strings.time.justNow
  return age < OLDEST_AGE ? strings.time.ago(shortAge(instant, now)) : shortDate(instant, now)
}

/** "3 h 12 m": the two largest units of a span. */
export function duration(ms: number): string {
  const { seconds, minutes, hours, days } = strings.time
  if (ms < MINUTE) return seconds(Math.max(0, Math.floor(ms / SECOND)))
  if (ms < HOUR) return minutes(Math.floor(ms / MINUTE))
  if (ms < DAY) return `${hours(Math.floor(ms / HOUR))} ${minutes(Math.floor((ms % HOUR) / MINUTE))}`
  return `${days(Math.floor(ms / DAY))} ${hours(Math.floor((ms % DAY) / HOUR))}`
}

/** When a time lies ahead: "in 3 d". */
export function untilThen(instant: string, now: number): string {
  return strings.time.in(duration(Date.parse(instant) - now))
}

const fullTime = new Intl.DateTimeFormat(strings.locale, { dateStyle: 'medium', timeStyle: 'medium' })
const dayAndTime = new Intl.DateTimeFormat(strings.locale, {
  day: '2-digit',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
})
const dayAndMonth = new Intl.DateTimeFormat(strings.locale, { day: 'numeric', month: 'short' })
const dayMonthYear = new Intl.DateTimeFormat(strings.locale, { day: 'numeric', month: 'short', year: 'numeric' })

/** The same in its largest unit: "in 3 d". */
export function shortUntil(instant: string, now: number): string {
  const then = Date.parse(instant)
  if (then - now < 5 * SECOND) return strings.time.now
  // An age backwards, in the same units.
  return strings.time.in(shortAge(new Date(now).toISOString(), then))
}

/** Day and time to the second, for logs: "20 Nov, 10:30:42". */
export function clockTime(instant: string): string {
  return dayAndTime.format(new Date(instant))
}

/** The whole time in the reader's zone, for tooltips. */
export function absoluteTime(instant: string): string {
  return fullTime.format(new Date(instant))
}

/** Day and month, with the year where it is another one. */
export function shortDate(instant: string, now: number): string {
  const date = new Date(instant)
  return (date.getFullYear() === new Date(now).getFullYear() ? dayAndMonth : dayMonthYear).format(date)
}
