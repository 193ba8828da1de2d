import { MAP_EXTENT } from '../../contract/map-limits.ts'
import { DensityHills } from './density-hills.ts'

/** Where points crowd. Places as on the map. */
export interface Crowd {
  readonly x: number
  readonly y: number
  readonly count: number
}

export interface Clusters {
  /** Of each point, its cluster; -1 for none. */
  readonly clusterOf: Int16Array
  readonly clusters: readonly (Crowd & { readonly region: number })[]
  readonly regions: readonly Crowd[]
}

const MAX_CLUSTERS = 48
/** Of all points, that a cluster must hold to be named. */
const LEAST_SHARE = 0.003
const LEAST_POINTS = 3

/** Finds the hills of a density over the map: narrow ones to read from near, and wide ones that hold them to read from afar. */
export function findClusters(x: Uint16Array, y: Uint16Array): Clusters {
  const blur = x.length < 60 ? 12 : x.length < 300 ? 5 : x.length < 3000 ? 2.4 : 1.8
  const hills = new DensityHills(x, y, { extent: MAP_EXTENT, blur, prominence: 0.2 })
  const wide = new DensityHills(x, y, { extent: MAP_EXTENT, blur: blur * 1.7, prominence: 0.25 })
  const least = Math.max(LEAST_POINTS, x.length * LEAST_SHARE)
  const kept = [...hills.peaks.keys()]
    .filter((hill) => (hills.counts[hill] ?? 0) >= least)
    .sort((a, b) => (hills.counts[b] ?? 0) - (hills.counts[a] ?? 0) || a - b)
    .slice(0, MAX_CLUSTERS)
  const numberOf = new Map(kept.map((hill, number) => [hill, number]))
  const clusterOf = Int16Array.from(hills.hillOf, (hill) => numberOf.get(hill) ?? -1)
  const wideOf = kept.map((hill) => wide.hillAt(hills.peaks[hill] ?? 0))
  const used = [...new Set(wideOf)]
  const counts = used.map((region) => kept.reduce((sum, hill, i) => sum + (wideOf[i] === region ? (hills.counts[hill] ?? 0) : 0), 0))
  return {
    clusterOf,
    clusters: kept.map((hill, i) => ({
      ...hills.placeOf(hills.peaks[hill] ?? 0),
      count: hills.counts[hill] ?? 0,
      region: used.indexOf(wideOf[i] ?? 0),
    })),
    regions: used.map((region, i) => ({ ...wide.placeOf(wide.peaks[region] ?? 0), count: counts[i] ?? 0 })),
  }
}
