import type { MemoryMap } from '../../../src-main/contract/map.ts'
import { nearnessOf, toScreen, type MapView, type Size } from './map-view.ts'

export interface PlacedLabel {
  readonly key: string
  readonly text: string
  readonly count: number
  /** Where its middle is on the screen. */
  readonly x: number
  readonly y: number
  /** Clusters that it stands for. */
  readonly clusters: readonly number[]
  readonly isRegion: boolean
}

/** From this nearness on each cluster has its own name. */
const NEAR = 2.2
const LINE = 22
const NARROW = 6.6
const WIDE = 13
const GAP = 8
const MOST = 26

/** Names of what is seen, the larger first, none over another: regions from afar, clusters from near. */
export function placeLabels(map: MemoryMap, view: MapView, size: Size): PlacedLabel[] {
  const isNear = nearnessOf(view, size) >= NEAR || map.regions.length < 3
  const all = isNear
    ? map.clusters.map((cluster, i) => ({ ...cluster, key: `c${i}`, clusters: [i] }))
    : map.regions.map((region, i) => ({
        ...region,
        key: `r${i}`,
        clusters: [...map.clusters.keys()].filter((cluster) => map.clusters[cluster]?.region === i),
      }))
  const placed: { readonly label: PlacedLabel; readonly width: number }[] = []
  for (const { words, ...cluster } of all.toSorted((a, b) => b.count - a.count)) {
    if (words.length === 0 || placed.length === MOST) continue
    const text = words.join(' · ')
    const { x, y } = toScreen(cluster, view, size)
    const width = widthOf(text)
    if (x < -width / 2 || x > size.width + width / 2 || y < 0 || y > size.height) continue
    const isFree = placed.every(
      (other) => Math.abs(other.label.x - x) > (other.width + width) / 2 + GAP || Math.abs(other.label.y - y) > LINE,
    )
    if (isFree)
      placed.push({ width, label: { key: cluster.key, text, count: cluster.count, x, y, clusters: cluster.clusters, isRegion: !isNear } })
  }
  return placed.map(({ label }) => label)
}

/** About how wide a text is: full-width characters are twice as wide as others. */
function widthOf(text: string): number {
  let width = 0
  for (const character of text) width += character > '\u2e80' ? WIDE : NARROW
  return width
}
