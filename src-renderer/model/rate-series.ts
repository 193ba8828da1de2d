import { WINDOW_SECONDS, type RatePoint } from './rate-window.ts'

/** Width of a bar. One-second bars would be thinner than a pixel pair. */
export const BIN_SECONDS = 5
const MOST_AGENTS = 6

export interface StackedSeries {
  /** Absent for the sum of all agents beyond the busiest few. */
  readonly agentId?: string
  /** Calls per second of this agent alone, per bin. */
  readonly own: readonly number[]
  /** The same added to those below it: the height to draw. */
  readonly top: readonly number[]
}

export interface StackedBins {
  /** Middle of each bin in epoch seconds. */
  readonly x: readonly number[]
  readonly series: readonly StackedSeries[]
  readonly peak: number
}

/** Turns seconds into stacked bars, the busiest agents at the bottom. Bins sit on fixed times, so that bars slide and never flicker. */
export function stackedBins(points: readonly RatePoint[], nowSeconds: number): StackedBins {
  const lastBin = Math.floor(nowSeconds / BIN_SECONDS)
  const firstBin = lastBin - WINDOW_SECONDS / BIN_SECONDS
  const bins = lastBin - firstBin + 1
  const sums = new Map<string, number[]>()
  const seen = new Array<number>(bins).fill(0)
  for (const point of points) {
    const bin = Math.floor(point.at / BIN_SECONDS) - firstBin
    if (bin < 0 || bin >= bins) continue
    seen[bin] = (seen[bin] ?? 0) + 1
    for (const [agentId, calls] of Object.entries(point.callsByAgent)) {
      const row = sums.get(agentId) ?? new Array<number>(bins).fill(0)
      row[bin] = (row[bin] ?? 0) + calls
      sums.set(agentId, row)
    }
  }
  const total = (row: readonly number[]) => row.reduce((sum, calls) => sum + calls, 0)
  const ranked = [...sums].filter(([, row]) => total(row) > 0).sort((a, b) => total(b[1]) - total(a[1]))
  const rest = ranked.slice(MOST_AGENTS)
  const rows: { agentId?: string; row: readonly number[] }[] = ranked.slice(0, MOST_AGENTS).map(([agentId, row]) => ({ agentId, row }))
  if (rest.length > 0) rows.push({ row: seen.map((_, bin) => rest.reduce((sum, [, row]) => sum + (row[bin] ?? 0), 0)) })

  let below = new Array<number>(bins).fill(0)
  const series = rows.map(({ agentId, row }) => {
    // The newest bin is still growing: count only the seconds it has seen.
    const own = row.map((calls, bin) => calls / Math.max(1, seen[bin] ?? 0))
    const top = own.map((calls, bin) => calls + (below[bin] ?? 0))
    below = top
    return { ...(agentId === undefined ? {} : { agentId }), own, top }
  })
  const x = seen.map((_, bin) => (firstBin + bin + 0.5) * BIN_SECONDS)
  return { x, series, peak: Math.max(0, ...below) }
}

export interface LatencySeries {
  readonly x: readonly number[]
  readonly p50: readonly (number | null)[]
  readonly p95: readonly (number | null)[]
}

export function latencySeries(points: readonly RatePoint[]): LatencySeries {
  return {
    x: points.map((point) => point.at),
    p50: points.map((point) => point.latency?.p50 ?? null),
    p95: points.map((point) => point.latency?.p95 ?? null),
  }
}
