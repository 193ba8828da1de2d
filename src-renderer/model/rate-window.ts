import type { RatesEvent } from '../api/types.ts'

export const WINDOW_SECONDS = 300

/** One second of calls. */
export interface RatePoint {
  /** Epoch seconds. */
  readonly at: number
  readonly callsByAgent: Readonly<Record<string, number>>
  readonly latency?: { readonly p50: number; readonly p95: number }
}

/** Appends a second and forgets what is older than the window. Calls of `ignoredAgent` (this page's own) are left out. */
export function addRates(points: readonly RatePoint[], event: RatesEvent, ignoredAgent: string): readonly RatePoint[] {
  const at = Math.round(Date.parse(event.at) / 1000)
  const { [ignoredAgent]: _own, ...callsByAgent } = event.calls_by_agent
  const point = { at, callsByAgent, ...(event.latency_ms ? { latency: event.latency_ms } : {}) }
  return [...points.filter((old) => old.at > at - WINDOW_SECONDS && old.at < at), point]
}

/** Calls in the last minute; scaled up while less than a minute was seen. Undefined until there is enough to say so. */
export function callsPerMinute(points: readonly RatePoint[]): number | undefined {
  const last = points.at(-1)
  if (!last || points.length < 3) return undefined
  const recent = points.filter((point) => point.at > last.at - 60)
  const calls = recent.reduce((sum, point) => sum + callsOf(point), 0)
  return (calls * 60) / recent.length
}

export function callsOf(point: RatePoint): number {
  return Object.values(point.callsByAgent).reduce((sum, calls) => sum + calls, 0)
}
