const CELLS = 96

export interface HillOptions {
  readonly extent: number
  /** Width of the blur, in cells of which there are 96 in each direction. */
  readonly blur: number
  /** How much higher than the pass to a higher one a hill must be, as a share of its height, to be one of its own. */
  readonly prominence: number
}

/**
 * Hills of the density of points: counted in cells, blurred, and flooded from the highest cell down; where two floods meet, the lower
 * hill goes to the higher one unless it stands out (ToMATo: Chazal et al. 2013, Persistence-Based Clustering in Riemannian Manifolds).
 */
export class DensityHills {
  /** Of each point, its hill. */
  readonly hillOf: Int32Array
  /** Of each hill, its highest cell. */
  readonly peaks: number[]
  /** Of each hill, its points. */
  readonly counts: number[]
  readonly #hillOfCell: Int32Array
  readonly #extent: number

  constructor(x: Uint16Array, y: Uint16Array, { extent, blur, prominence }: HillOptions) {
    this.#extent = extent
    const cells = Int32Array.from(x, (_, i) => this.#cellOf(x[i] ?? 0, y[i] ?? 0))
    const counted = new Float64Array(CELLS * CELLS)
    for (const cell of cells) counted[cell] = (counted[cell] ?? 0) + 1
    const roots = flood(blurred(counted, blur), prominence)
    this.peaks = [...new Set(roots)].filter((root) => root >= 0)
    const numberOf = new Map(this.peaks.map((peak, hill) => [peak, hill]))
    this.#hillOfCell = Int32Array.from(roots, (root) => numberOf.get(root) ?? -1)
    this.hillOf = cells.map((cell) => this.#hillOfCell[cell] ?? -1)
    this.counts = this.peaks.map(() => 0)
    for (const hill of this.hillOf) if (hill >= 0) this.counts[hill] = (this.counts[hill] ?? 0) + 1
  }

  hillAt(cell: number): number {
    return this.#hillOfCell[cell] ?? -1
  }

  placeOf(cell: number): { readonly x: number; readonly y: number } {
    const middle = (index: number) => Math.round(((index + 0.5) / CELLS) * this.#extent)
    return { x: middle(cell % CELLS), y: middle(Math.floor(cell / CELLS)) }
  }

  #cellOf(x: number, y: number): number {
    const index = (value: number) => Math.min(CELLS - 1, Math.floor((value / (this.#extent + 1)) * CELLS))
    return index(y) * CELLS + index(x)
  }
}

/** Of each cell the peak of its hill; -1 where there is nothing. */
function flood(density: Float64Array, prominence: number): Int32Array {
  const order = [...density.keys()]
    .filter((cell) => (density[cell] ?? 0) > 1e-6)
    .sort((a, b) => (density[b] ?? 0) - (density[a] ?? 0) || a - b)
  const parent = new Int32Array(density.length).fill(-1)
  const rootOf = (cell: number): number => {
    let root = cell
    while (parent[root] !== root) root = parent[root] ?? root
    parent[cell] = root
    return root
  }
  for (const cell of order) {
    const around = [
      ...new Set(
        neighboursOf(cell)
          .filter((other) => (parent[other] ?? -1) >= 0)
          .map(rootOf),
      ),
    ]
    around.sort((a, b) => (density[b] ?? 0) - (density[a] ?? 0) || a - b)
    const [highest] = around
    parent[cell] = highest ?? cell
    for (const lower of around.slice(1)) {
      const peak = density[lower] ?? 0
      if (peak - (density[cell] ?? 0) < prominence * peak) parent[lower] = highest ?? lower
    }
  }
  return Int32Array.from(parent, (own, cell) => (own < 0 ? -1 : rootOf(cell)))
}

function neighboursOf(cell: number): number[] {
  const [column, row] = [cell % CELLS, Math.floor(cell / CELLS)]
  const found: number[] = []
  for (let dy = -1; dy <= 1; dy++) {
    for (let dx = -1; dx <= 1; dx++) {
      const isInside = column + dx >= 0 && column + dx < CELLS && row + dy >= 0 && row + dy < CELLS
      if (isInside && (dx !== 0 || dy !== 0)) found.push(cell + dy * CELLS + dx)
    }
  }
  return found
}

/** By a Gaussian, one direction after the other. */
function blurred(counted: Float64Array, width: number): Float64Array {
  const reach = Math.ceil(width * 3)
  const kernel = Array.from({ length: 2 * reach + 1 }, (_, i) => Math.exp(-((i - reach) ** 2) / (2 * width * width)))
  return along(along(counted, kernel, 1), kernel, CELLS)
}

function along(values: Float64Array, kernel: readonly number[], step: number): Float64Array {
  const reach = (kernel.length - 1) / 2
  const result = new Float64Array(values.length)
  for (let cell = 0; cell < values.length; cell++) {
    const value = values[cell] ?? 0
    if (value === 0) continue
    const position = step === 1 ? cell % CELLS : Math.floor(cell / CELLS)
    for (const [i, weight] of kernel.entries()) {
      const moved = i - reach
      if (position + moved >= 0 && position + moved < CELLS)
        result[cell + moved * step] = (result[cell + moved * step] ?? 0) + value * weight
    }
  }
  return result
}
