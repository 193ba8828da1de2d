import type { Spot } from './map-view.ts'

const CELLS = 128

/** Finds points by place: the nearest one, and those within a line drawn around them. */
export class PointIndex {
  readonly #x: ArrayLike<number>
  readonly #y: ArrayLike<number>
  readonly #cells = new Map<number, number[]>()
  readonly #cell: number

  constructor(x: ArrayLike<number>, y: ArrayLike<number>, extent: number) {
    this.#x = x
    this.#y = y
    this.#cell = (extent + 1) / CELLS
    for (let i = 0; i < x.length; i++) {
      const key = this.#keyOf(x[i] ?? 0, y[i] ?? 0)
      const own = this.#cells.get(key)
      if (own) own.push(i)
      else this.#cells.set(key, [i])
    }
  }

  /** Points within `radius` of a place that `counts` lets count, nearest first. */
  near({ x, y }: Spot, radius: number, counts: (point: number) => boolean = () => true): number[] {
    const found: { readonly point: number; readonly distance: number }[] = []
    for (let row = this.#cellOf(y - radius); row <= this.#cellOf(y + radius); row++) {
      for (let column = this.#cellOf(x - radius); column <= this.#cellOf(x + radius); column++) {
        for (const point of this.#cells.get(row * CELLS + column) ?? []) {
          const distance = Math.hypot((this.#x[point] ?? 0) - x, (this.#y[point] ?? 0) - y)
          if (distance <= radius && counts(point)) found.push({ point, distance })
        }
      }
    }
    return found.sort((a, b) => a.distance - b.distance).map(({ point }) => point)
  }

  /** Points inside a closed line of places that `counts` lets count. */
  inside(line: readonly Spot[], counts: (point: number) => boolean = () => true): number[] {
    if (line.length < 3) return []
    const xs = line.map(({ x }) => x)
    const ys = line.map(({ y }) => y)
    const [left, right, low, high] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)]
    const found: number[] = []
    for (let i = 0; i < this.#x.length; i++) {
      const [x, y] = [this.#x[i] ?? 0, this.#y[i] ?? 0]
      if (x >= left && x <= right && y >= low && y <= high && counts(i) && isInside({ x, y }, line)) found.push(i)
    }
    return found
  }

  #keyOf(x: number, y: number): number {
    return this.#cellOf(y) * CELLS + this.#cellOf(x)
  }

  #cellOf(value: number): number {
    return Math.max(0, Math.min(CELLS - 1, Math.floor(value / this.#cell)))
  }
}

/** By counting how often a ray to the right crosses the line. */
function isInside({ x, y }: Spot, line: readonly Spot[]): boolean {
  let inside = false
  for (let i = 0, before = line.length - 1; i < line.length; before = i++) {
    const [a, b] = [line[i], line[before]]
    if (!a || !b || a.y > y === b.y > y) continue
    if (x < ((b.x - a.x) * (y - a.y)) / (b.y - a.y) + a.x) inside = !inside
  }
  return inside
}
