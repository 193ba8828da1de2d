import { UMAP } from 'umap-js'
import { nearestRows } from './nearest-rows.ts'
import type { Random } from './seeded-random.ts'
import type { Rows } from './vector-rows.ts'

/** Places on a plane, in no unit. */
export interface Plane {
  readonly x: Float64Array
  readonly y: Float64Array
}

const NEIGHBOURS = 15
const EPOCHS = 200
/** With fewer rows there are no neighbourhoods to speak of: their two widest axes are the map. */
const FEWEST = 12
/** UMAP begins in a square from -10 to 10. */
const FIRST_EXTENT = 10

/**
 * Lays rows out on a plane so that near ones lie together (UMAP), a few epochs at a time. It begins where the rows lie along their two
 * widest axes, or lay before, and not anywhere: what is far apart stays so, and a map made again looks like the one before.
 */
export class LandmarkLayout {
  readonly #umap: UMAP | undefined
  readonly #first: Plane
  #epoch = 0

  constructor(rows: Rows, first: Plane, random: Random) {
    this.#first = spread(first, random)
    if (rows.count < FEWEST) return
    const count = Math.min(NEIGHBOURS, rows.count - 1)
    const umap = new UMAP({ nComponents: 2, nNeighbors: count, minDist: 0.45, spread: 1.1, nEpochs: EPOCHS, random })
    const nearest = Array.from({ length: rows.count }, (_, row) => nearestRows(rows, row, rows, count))
    umap.setPrecomputedKNN(
      nearest.map(({ rows: found }) => found),
      nearest.map(({ squared }) => squared.map(Math.sqrt)),
    )
    // It reads only how many there are: the neighbours are known.
    umap.initializeFit(Array.from({ length: rows.count }, () => [0]))
    for (const [row, place] of umap.getEmbedding().entries()) {
      place[0] = this.#first.x[row] ?? 0
      place[1] = this.#first.y[row] ?? 0
    }
    this.#umap = umap
  }

  /** Works for about `budgetMs`. Returns how much is done, 0 to 1. */
  advance(budgetMs: number): number {
    if (!this.#umap) return 1
    const until = performance.now() + budgetMs
    while (this.#epoch < EPOCHS && performance.now() < until) {
      this.#umap.step()
      this.#epoch += 1
    }
    return this.#epoch / EPOCHS
  }

  get plane(): Plane {
    if (!this.#umap) return this.#first
    const places = this.#umap.getEmbedding()
    return { x: Float64Array.from(places, ([x = 0]) => x), y: Float64Array.from(places, ([, y = 0]) => y) }
  }
}

/** Scaled to where UMAP begins, and a little apart, for it cannot part what lies on one spot. */
function spread({ x, y }: Plane, random: Random): Plane {
  const middleX = middleOf(x)
  const middleY = middleOf(y)
  const widest = Math.max(1e-9, ...x.map((value) => Math.abs(value - middleX)), ...y.map((value) => Math.abs(value - middleY)))
  const place = (value: number, middle: number) => ((value - middle) / widest) * FIRST_EXTENT + (random() - 0.5) * 0.05
  return { x: x.map((value) => place(value, middleX)), y: y.map((value) => place(value, middleY)) }
}

function middleOf(values: Float64Array): number {
  let [least, most] = [Infinity, -Infinity]
  for (const value of values) {
    least = Math.min(least, value)
    most = Math.max(most, value)
  }
  return values.length === 0 ? 0 : (least + most) / 2
}
