import { keptValues, scaleOf } from '../quantized-vector.ts'
import { openVectorKernel } from './vector-kernel.ts'
import type { VectorKernel } from './vector-kernel.ts'

/**
 * All vectors of one model, held in memory for searches: their bytes as they are kept, 400 each at 384 dimensions (40 MB for 100,000). A
 * question is compared with all of them, exactly. A vector belongs to a memory, named by `seq`; several may.
 */
export class VectorScan {
  readonly #dimensions: number
  readonly #kernel: VectorKernel
  #scales = new Float32Array(INITIAL_ROWS)
  #seqs = new Float64Array(INITIAL_ROWS)
  #cosines = new Float32Array(INITIAL_ROWS)
  #size = 0
  readonly #rowsOf = new Map<number, number[]>()

  constructor(dimensions: number, kernel = openVectorKernel(dimensions)) {
    this.#dimensions = dimensions
    this.#kernel = kernel
    kernel.reserve(INITIAL_ROWS)
  }

  get size(): number {
    return this.#size
  }

  /** Adds a vector as `quantize` writes it. */
  add(seq: number, kept: Uint8Array): void {
    if (this.#size === this.#seqs.length) this.#grow()
    const row = this.#size++
    this.#kernel.row(row).fill(0).set(keptValues(kept).subarray(0, this.#dimensions))
    this.#scales[row] = scaleOf(kept)
    this.#seqs[row] = seq
    const rows = this.#rowsOf.get(seq)
    if (rows) rows.push(row)
    else this.#rowsOf.set(seq, [row])
  }

  /** Takes out all vectors of a memory. */
  remove(seq: number): void {
    const rows = this.#rowsOf.get(seq) ?? []
    // From the last row down, so that none of them is what fills the gap of another.
    for (const row of rows.toSorted((a, b) => b - a)) this.#fillGap(row)
    this.#rowsOf.delete(seq)
  }

  /** Cosines of a unit vector with everything. Valid until the next call of any method. */
  compare(question: Float32Array): Comparison {
    const cosines = this.#cosines
    const scales = this.#scales
    const { values, scale } = toWhole(question, this.#dimensions)
    this.#kernel.products(values, this.#size, (first, sums) => {
      for (let i = 0, row = first; i < sums.length; i++, row++) {
        const cosine = (sums[i] ?? 0) * scale * (scales[row] ?? 0)
        cosines[row] = cosine > 1 ? 1 : cosine < -1 ? -1 : cosine
      }
    })
    return {
      scores: cosines.subarray(0, this.#size),
      seqs: this.#seqs.subarray(0, this.#size),
      best: (seq) => this.#rowsOf.get(seq)?.reduce((best, row) => Math.max(best, cosines[row] ?? -1), -1),
    }
  }

  /** Moves the last row into the place of one that goes. */
  #fillGap(row: number): void {
    const last = --this.#size
    if (row === last) return
    const seq = this.#seqs[last] ?? 0
    this.#seqs[row] = seq
    this.#scales[row] = this.#scales[last] ?? 0
    this.#kernel.row(row).set(this.#kernel.row(last))
    const rows = this.#rowsOf.get(seq)
    rows?.splice(rows.indexOf(last), 1, row)
  }

  #grow(): void {
    const room = this.#seqs.length * 2
    this.#kernel.reserve(room)
    this.#scales = grown(this.#scales, new Float32Array(room))
    this.#seqs = grown(this.#seqs, new Float64Array(room))
    this.#cosines = new Float32Array(room)
  }
}

/** One question against everything: a score for each vector, and the memory it belongs to. */
export interface Comparison {
  readonly scores: Float32Array
  readonly seqs: Float64Array
  /** The best score of a memory; undefined for one without vectors. */
  best(seq: number): number | undefined
}

const INITIAL_ROWS = 1024

/** The question in whole numbers, as many steps fine as 16 bits allow and sums of 32 bits can hold. */
function toWhole(question: Float32Array, dimensions: number): { values: Int16Array; scale: number } {
  const values = new Int16Array(dimensions)
  let peak = 0
  for (const value of question) peak = Math.max(peak, Math.abs(value))
  if (!(peak > 0)) return { values, scale: 0 }
  // By Cauchy's inequality no sum of a unit vector's numbers with bytes is beyond 127 times the root of their number.
  const steps = Math.min(32_767 / peak, (2 ** 31 - 1) / (127 * Math.sqrt(dimensions)) / 1.001)
  for (let i = 0; i < Math.min(dimensions, question.length); i++) values[i] = Math.round((question[i] ?? 0) * steps)
  return { values, scale: 1 / steps }
}

function grown<T extends Float32Array | Float64Array>(from: T, to: T): T {
  to.set(from)
  return to
}
