import * as chrono from 'chrono-node'
import { invalidField } from '../base/errors.ts'
import { toIso } from '../base/clock.ts'

const ISO_LIKE = /^\d{4}-\d{2}-\d{2}/

/**
 * Reads a time a caller wrote: ISO 8601 (a bare date means its start in UTC), or plain words such as "yesterday" or
 * "last week", counted from `nowMs`. Returns ISO 8601 UTC. Throws `invalid_request` naming `field` when it is neither.
 */
export function readTime(field: string, text: string, nowMs: number): string {
  const trimmed = text.trim()
  if (ISO_LIKE.test(trimmed)) {
    const ms = Date.parse(trimmed)
    if (Number.isNaN(ms)) throw invalidField(field, `must be an ISO 8601 time or plain words such as "last week" (got "${trimmed}")`)
    return toIso(ms)
  }
  const [found] = chrono.parse(trimmed, new Date(nowMs))
  // Words around the time mean that the rest was not understood: "last week or so in May" must not become a guess.
  if (found?.text.length !== trimmed.length) {
    throw invalidField(field, `must be an ISO 8601 time or plain words such as "yesterday", "3 days ago" or "last week" (got "${trimmed}")`)
  }
  return toIso(startOf(found, nowMs))
}

/** "last week" means from a week before now; "yesterday" and "May 3" mean from the start of that day. */
function startOf(found: chrono.ParsedResult, nowMs: number): number {
  const date = found.start.date()
  const isDayOnly = found.start.isCertain('day') && !found.start.isCertain('hour')
  const isWordForDay = /^(today|yesterday|tomorrow)$/i.test(found.text)
  if (isDayOnly || isWordForDay) date.setHours(0, 0, 0, 0)
  return Math.min(date.getTime(), Math.max(nowMs, date.getTime()))
}
