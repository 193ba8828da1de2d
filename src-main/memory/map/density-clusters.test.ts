import { expect, test } from 'vitest'
import { findClusters } from './density-clusters.ts'
import { seededRandom } from './seeded-random.ts'

/** Points around some middles. */
function crowds(middles: readonly (readonly [number, number, number])[]): { readonly x: Uint16Array; readonly y: Uint16Array } {
  const random = seededRandom(5)
  const around = (middle: number) => Math.round(middle + (random() + random() + random() - 1.5) * 3_000)
  const all = middles.flatMap(([x, y, count]) => Array.from({ length: count }, () => [around(x), around(y)] as const))
  return { x: Uint16Array.from(all, ([x]) => x), y: Uint16Array.from(all, ([, y]) => y) }
}

test('each crowd is a cluster, and those side by side are one region', () => {
  const { x, y } = crowds([
    [10_000, 10_000, 300],
    [18_500, 10_000, 200],
    [50_000, 50_000, 250],
  ])
  const { clusters, regions, clusterOf } = findClusters(x, y)
  expect(clusters.map(({ count }) => Math.round(count / 50))).toEqual([6, 5, 4])
  expect(regions.map(({ count }) => count).sort()).toEqual([250, 500])
  expect(clusterOf.slice(0, 300).filter((cluster) => cluster === 0).length).toBeGreaterThan(290)
  expect(Math.hypot(clusters[1]!.x - 50_000, clusters[1]!.y - 50_000)).toBeLessThan(2_000)
})

test('few points are no trouble, and stragglers are in no cluster', () => {
  expect(findClusters(new Uint16Array(0), new Uint16Array(0))).toMatchObject({ clusters: [], regions: [] })
  expect([...findClusters(Uint16Array.of(7), Uint16Array.of(65_535)).clusterOf]).toEqual([-1])
  const { x, y } = crowds([
    [10_000, 10_000, 100],
    [60_000, 60_000, 1],
  ])
  const { clusterOf, clusters } = findClusters(x, y)
  expect([clusters.length, clusterOf.at(-1)]).toEqual([1, -1])
})
