import type { Random } from './seeded-random.ts'
import type { Rows } from './vector-rows.ts'

/** Directions in which rows differ most, and how to see rows along them. */
export class PrincipalAxes {
  readonly #mean: Float32Array
  /** Unit rows, the widest first. */
  readonly #axes: Float32Array
  readonly count: number

  private constructor(mean: Float32Array, axes: Float32Array, count: number) {
    this.#mean = mean
    this.#axes = axes
    this.count = count
  }

  /** By orthogonal iteration: each round sees the rows along the axes so far and turns those to where the rows spread. */
  static of(rows: Rows, count: number, random: Random): PrincipalAxes {
    const wanted = Math.max(1, Math.min(count, rows.width, rows.count))
    const mean = meanOf(rows)
    let axes = new PrincipalAxes(
      mean,
      Float32Array.from({ length: wanted * rows.width }, () => random() - 0.5),
      wanted,
    )
    orthonormalize(axes.#axes, wanted, rows.width)
    for (let round = 0; round < ROUNDS; round++) axes = axes.#turned(rows)
    return axes
  }

  /** The rows along the axes. */
  project({ count, width, values }: Rows): Rows {
    const seen = new Float32Array(count * this.count)
    const shifted = new Float32Array(width)
    for (let row = 0; row < count; row++) {
      for (let i = 0; i < width; i++) shifted[i] = (values[row * width + i] ?? 0) - (this.#mean[i] ?? 0)
      for (let axis = 0; axis < this.count; axis++) seen[row * this.count + axis] = dot(this.#axes, axis * width, shifted)
    }
    return { count, width: this.count, values: seen }
  }

  #turned(rows: Rows): PrincipalAxes {
    const { width, values } = rows
    const seen = this.project(rows)
    const next = new Float32Array(this.#axes.length)
    for (let row = 0; row < rows.count; row++) {
      for (let axis = 0; axis < this.count; axis++) {
        const weight = seen.values[row * this.count + axis] ?? 0
        const at = axis * width
        for (let i = 0; i < width; i++)
          next[at + i] = (next[at + i] ?? 0) + weight * ((values[row * width + i] ?? 0) - (this.#mean[i] ?? 0))
      }
    }
    orthonormalize(next, this.count, width)
    return new PrincipalAxes(this.#mean, next, this.count)
  }
}

/** Enough for a picture: what is left is turned within the first few axes, which no distance notices. */
const ROUNDS = 6

function meanOf({ count, width, values }: Rows): Float32Array {
  const mean = new Float32Array(width)
  for (let row = 0; row < count; row++) for (let i = 0; i < width; i++) mean[i] = (mean[i] ?? 0) + (values[row * width + i] ?? 0)
  return mean.map((sum) => sum / Math.max(1, count))
}

/** Gram and Schmidt, twice over would be no better at this number of axes. */
function orthonormalize(axes: Float32Array, count: number, width: number): void {
  for (let axis = 0; axis < count; axis++) {
    const own = axes.subarray(axis * width, (axis + 1) * width)
    for (let earlier = 0; earlier < axis; earlier++) {
      const along = dot(axes, earlier * width, own)
      for (let i = 0; i < width; i++) own[i] = (own[i] ?? 0) - along * (axes[earlier * width + i] ?? 0)
    }
    const length = Math.sqrt(dot(own, 0, own))
    for (let i = 0; i < width; i++) own[i] = length > 1e-12 ? (own[i] ?? 0) / length : 0
  }
}

function dot(table: Float32Array, at: number, vector: Float32Array): number {
  let sum = 0
  for (let i = 0; i < vector.length; i++) sum += (table[at + i] ?? 0) * (vector[i] ?? 0)
  return sum
}
