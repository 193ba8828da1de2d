import * as chrono from 'chrono-node'
import { invalidField } from '../base/errors.ts'
import { toIso } from '../base/clock.ts'

const ISO_LIKE = /^\d{4}-\d{2}-\d{2}/
const ISO_TIME = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(Z|[+-]\d{2}:\d{2})?)?$/i
const TIME_OF_DAY = /\b(morning|noon|afternoon|evening|night|midnight)\b/i

/**
 * Reads a time a caller wrote: ISO 8601 (UTC where it names no zone; a bare date means its start), or plain words counted from
 * `nowMs` on the clock of this machine. Words for a day mean its start, so "last week" is from the start of the day a week ago; days
 * that could lie ahead or behind ("monday", "May 3") are the last ones, since memories are of the past. Returns ISO 8601 UTC. Throws
 * `invalid_request` naming `field` when it is neither.
 */
export function readTime(field: string, text: string, nowMs: number): string {
  const trimmed = text.trim()
  if (ISO_LIKE.test(trimmed)) {
    const ms = readIso(trimmed)
    if (Number.isNaN(ms)) throw invalidField(field, `must be an ISO 8601 time or plain words such as "last week" (got "${trimmed}")`)
    return toIso(ms)
  }
  const now = new Date(nowMs)
  const [found] = chrono.parse(trimmed, now)
  // Words around the time mean that the rest was not understood: "last week or so in May" must not become a guess.
  if (found?.text.length !== trimmed.length) {
    throw invalidField(field, `must be an ISO 8601 time or plain words such as "yesterday", "3 days ago" or "last week" (got "${trimmed}")`)
  }
  return toIso((startOfThis(trimmed, now) ?? startOf(found, now)).getTime())
}

/** Epoch milliseconds, or NaN. `Date.parse` alone takes 30 February for 2 March, and text behind the time for nothing. */
function readIso(text: string): number {
  const [, date = '', time = '00:00', zone = 'Z'] = ISO_TIME.exec(text) ?? []
  const day = Date.parse(`${date}T00:00:00Z`)
  if (Number.isNaN(day) || toIso(day).slice(0, 10) !== date) return Number.NaN
  return Date.parse(`${date}T${time}${zone.toUpperCase()}`)
}

/** The parser takes "this week" for today at noon. */
function startOfThis(text: string, now: Date): Date | undefined {
  const unit = /^this (week|month|year)$/i.exec(text)?.[1]?.toLowerCase()
  const [year, month, day] = [now.getFullYear(), now.getMonth(), now.getDate()]
  if (unit === 'week') return new Date(year, month, day - ((now.getDay() + 6) % 7))
  if (unit === 'month') return new Date(year, month)
  return unit === 'year' ? new Date(year, 0) : undefined
}

function startOf({ start, text }: chrono.ParsedResult, now: Date): Date {
  const date = start.date()
  if (!start.isCertain('hour') && !TIME_OF_DAY.test(text)) date.setHours(0, 0, 0, 0)
  if (date <= now || /\bnext\b/i.test(text)) return date
  // The parser takes the nearest such day, on either side of now.
  if (start.isCertain('weekday') && !start.isCertain('day')) date.setDate(date.getDate() - 7)
  else if (start.isCertain('month') && !start.isCertain('year')) date.setFullYear(date.getFullYear() - 1)
  return date
}
