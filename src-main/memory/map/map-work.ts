import { MAP_EXTENT } from '../../contract/map-limits.ts'
import type { PackedVectors } from '../../storage/map-store.ts'
import { alignPlane, framePlane } from './align-plane.ts'
import type { FormerPlane } from './align-plane.ts'
import { findClusters } from './density-clusters.ts'
import { LandmarkLayout } from './landmark-layout.ts'
import type { Plane } from './landmark-layout.ts'
import { nearestRows } from './nearest-rows.ts'
import { PlaceAmong } from './place-among.ts'
import { PrincipalAxes } from './principal-axes.ts'
import { seededRandom } from './seeded-random.ts'
import { tellingWords } from './telling-words.ts'
import { meanVectors, stackRows } from './vector-rows.ts'
import type { Rows } from './vector-rows.ts'

export interface PlaneList {
  readonly x: number[]
  readonly y: number[]
}

/** The same vectors make the same map, on every machine. */
const SEED = 20_261_129
/** Numbers that are left of a vector for comparing many: a tenth of the work, and hardly another neighbour. */
const REDUCED_WIDTH = 32

/** Everything about the map that is heavy, to be run on a thread of its own: one call after another, in the order of a job. */
export class MapWork {
  #tables: Rows[] = []
  #former: { readonly x: number[]; readonly y: number[] } = { x: [], y: [] }
  #rows: Rows = { count: 0, width: 0, values: new Float32Array(0) }
  #axes: PrincipalAxes | undefined
  #layout: LandmarkLayout | undefined
  #among: PlaceAmong | undefined

  /** More landmarks, and where each lay before: null where it did not. */
  addLandmarks({
    vectors,
    former,
  }: {
    readonly vectors: Pick<PackedVectors, 'counts' | 'bytes'>
    readonly former: readonly ({ readonly x: number; readonly y: number } | null)[]
  }): void {
    this.#tables.push(meanVectors(vectors))
    for (const place of former) {
      this.#former.x.push(place?.x ?? NaN)
      this.#former.y.push(place?.y ?? NaN)
    }
  }

  /** Landmarks that stay where they lay. `isReduced`: others will be many. */
  keepLandmarks({ isReduced }: { readonly isReduced: boolean }): void {
    this.#stack(isReduced)
    this.#among = new PlaceAmong({ rows: this.#rows, x: this.#former.x, y: this.#former.y })
  }

  beginLayout(): void {
    this.#stack(true)
    const former = { x: Float64Array.from(this.#former.x), y: Float64Array.from(this.#former.y) }
    this.#layout = new LandmarkLayout(this.#rows, firstPlane(this.#rows, former), seededRandom(SEED))
  }

  /** How much of the layout is done, 0 to 1. */
  advance({ budgetMs }: { readonly budgetMs: number }): number {
    return this.#layout?.advance(budgetMs) ?? 1
  }

  /** Ends the layout: where the landmarks lie. */
  settle(): PlaneList {
    const former = { x: Float64Array.from(this.#former.x), y: Float64Array.from(this.#former.y) }
    const plane = this.#layout?.plane ?? former
    const framed = framePlane(alignPlane(plane, former), MAP_EXTENT)
    this.#among = new PlaceAmong({ rows: this.#rows, ...framed })
    this.#layout = undefined
    return framed
  }

  /** Where others lie among the landmarks. */
  place(vectors: Pick<PackedVectors, 'seqs' | 'counts' | 'bytes'>): PlaneList {
    const means = meanVectors(vectors)
    const rows = this.#axes && means.count > 0 ? this.#axes.project(means) : means
    const places = vectors.seqs.map((seq, row) => this.#among?.place(rows, row, seq) ?? { x: 0, y: 0 })
    return { x: places.map(({ x }) => x), y: places.map(({ y }) => y) }
  }

  cluster({ x, y }: { readonly x: Uint16Array; readonly y: Uint16Array }): ReturnType<typeof findClusters> {
    return findClusters(x, y)
  }

  /** Of each cluster, and of each region, its telling words. `regionOf` says of which region a cluster is a part. */
  label({ texts, clusterOf, regionOf, regions }: LabelQuestion): { readonly clusters: string[][]; readonly regions: string[][] } {
    const grouped = texts.map((text, i) => ({ text, group: clusterOf[i] ?? 0 }))
    return {
      clusters: tellingWords(grouped, regionOf.length),
      regions: tellingWords(
        grouped.map(({ text, group }) => ({ text, group: regionOf[group] ?? 0 })),
        regions,
      ),
    }
  }

  #stack(isReduced: boolean): void {
    const rows = stackRows(this.#tables)
    this.#tables = []
    this.#axes = isReduced && rows.count > 0 ? PrincipalAxes.of(rows, REDUCED_WIDTH, seededRandom(SEED)) : undefined
    this.#rows = this.#axes?.project(rows) ?? rows
  }
}

export interface LabelQuestion {
  readonly texts: readonly string[]
  readonly clusterOf: readonly number[]
  readonly regionOf: readonly number[]
  readonly regions: number
}

/** Where the layout begins: where the rows lay before, a new one with its nearest of those; or along the two widest axes. */
function firstPlane(rows: Rows, former: FormerPlane): Plane {
  const known = [...former.x.keys()].filter((row) => !Number.isNaN(former.x[row] ?? NaN))
  if (known.length < rows.count / 4) return { x: columnOf(rows, 0), y: columnOf(rows, 1) }
  const table: Rows = { count: known.length, width: rows.width, values: new Float32Array(known.length * rows.width) }
  for (const [i, row] of known.entries()) table.values.set(rows.values.subarray(row * rows.width, (row + 1) * rows.width), i * rows.width)
  const likeOf = (row: number): number =>
    Number.isNaN(former.x[row] ?? NaN) ? (known[nearestRows(rows, row, table, 1).rows[0] ?? 0] ?? row) : row
  const like = Array.from({ length: rows.count }, (_, row) => likeOf(row))
  return { x: Float64Array.from(like, (row) => former.x[row] ?? 0), y: Float64Array.from(like, (row) => former.y[row] ?? 0) }
}

function columnOf({ count, width, values }: Rows, column: number): Float64Array {
  return Float64Array.from({ length: count }, (_, row) => (column < width ? (values[row * width + column] ?? 0) : 0))
}
