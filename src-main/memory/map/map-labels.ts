import type { Scope } from '../../contract/scope.ts'
import type { MapStore } from '../../storage/map-store.ts'
import type { MapBody } from './map-columns.ts'
import type { MapColumns } from './map-columns.ts'
import { MapThread } from './map-thread.ts'
import { hashedUnit } from './seeded-random.ts'

/** Texts that speak for a cluster, and characters read of each. */
const TEXTS_PER_CLUSTER = 60
const CHARACTERS = 400
const CARDS_PAGE = 250

export interface LabelledClusters {
  readonly clusterOf: Int16Array
  readonly clusters: MapBody['clusters']
  readonly regions: MapBody['regions']
}

/** Clusters of the points a scope sees, named by words of memories that the same scope sees: no label can tell of any other. */
export async function labelClusters(
  columns: MapColumns,
  { store, scope, now }: { readonly store: MapStore; readonly scope: Scope; readonly now: string },
  signal: AbortSignal,
): Promise<LabelledClusters> {
  const { points } = columns
  const thread = new MapThread()
  const stop = () => void thread.close()
  signal.addEventListener('abort', stop, { once: true })
  try {
    const found = await thread.call('cluster', { x: Uint16Array.from(points.x), y: Uint16Array.from(points.y) })
    const samples = samplesOf(found.clusterOf, found.clusters.length)
    const placeOfId = new Map(samples.flatMap((rows, cluster) => rows.map((row) => [points.id[row] ?? '', { row, cluster }] as const)))
    const texts: string[] = []
    const clusterOf: number[] = []
    const ids = [...placeOfId.keys()]
    for (let i = 0; i < ids.length; i += CARDS_PAGE) {
      for (const { id, text } of await store.cards(ids.slice(i, i + CARDS_PAGE), scope, { characters: CHARACTERS, now })) {
        const { row, cluster } = placeOfId.get(id) ?? { row: -1, cluster: 0 }
        // What somebody filed it under says best what it is about.
        texts.push(`${columns.tagText(row)} ${text}`)
        clusterOf.push(cluster)
      }
    }
    const regionOf = found.clusters.map(({ region }) => region)
    const words = await thread.call('label', { texts, clusterOf, regionOf, regions: found.regions.length })
    return {
      clusterOf: found.clusterOf,
      clusters: found.clusters.map((cluster, i) => ({ ...cluster, words: words.clusters[i] ?? [] })),
      regions: found.regions.map((region, i) => ({ ...region, words: words.regions[i] ?? [] })),
    }
  } finally {
    signal.removeEventListener('abort', stop)
    await thread.close()
  }
}

/** Of each cluster some rows, the same ones each time. */
function samplesOf(clusterOf: Int16Array, clusters: number): number[][] {
  const rows = Array.from({ length: clusters }, (): number[] => [])
  for (const [row, cluster] of clusterOf.entries()) if (cluster >= 0) rows[cluster]?.push(row)
  return rows.map((own) =>
    own.length <= TEXTS_PER_CLUSTER ? own : own.sort((a, b) => hashedUnit(a) - hashedUnit(b)).slice(0, TEXTS_PER_CLUSTER),
  )
}
