import { keptSignBits, keptValues, scaleOf, signBits } from '../quantized-vector.ts'

/**
 * All vectors of one model, held in memory for searches: their sign bits for a coarse order, their bytes for exact scores, in
 * all 440 bytes each at 384 dimensions (44 MB for 100,000). Passing over the bits of 10,000 takes 0.2 ms, whatever is wanted of
 * them; sqlite-vec's vec0, which keeps the same bits in the file, takes 11 ms for the nearest 800, since its time grows with
 * rows times k. A vector belongs to a memory, named by `seq`; several may.
 */
export class VectorScan {
  readonly #dimensions: number
  readonly #wordsPerRow: number
  #bits: Uint32Array
  #values: Int8Array
  #scales: Float32Array
  #seqs: Float64Array
  #size = 0
  readonly #rowsOf = new Map<number, number[]>()

  constructor(dimensions: number) {
    this.#dimensions = dimensions
    this.#wordsPerRow = Math.ceil(dimensions / 32)
    this.#bits = new Uint32Array(INITIAL_ROWS * this.#wordsPerRow)
    this.#values = new Int8Array(INITIAL_ROWS * dimensions)
    this.#scales = new Float32Array(INITIAL_ROWS)
    this.#seqs = new Float64Array(INITIAL_ROWS)
  }

  get size(): number {
    return this.#size
  }

  /** Adds a vector as `quantize` writes it. */
  add(seq: number, kept: Uint8Array): void {
    if (this.#size === this.#seqs.length) this.#grow()
    const row = this.#size++
    this.#bits.set(toWords(keptSignBits(kept), this.#wordsPerRow), row * this.#wordsPerRow)
    this.#values.set(keptValues(kept).subarray(0, this.#dimensions), row * this.#dimensions)
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

  /** The memory of every vector, nearest first: in order of the bits that differ. A memory comes once for each of its vectors. */
  order(question: Float32Array): Float64Array {
    const distances = this.#distances(toWords(signBits(question), this.#wordsPerRow))
    const starts = new Uint32Array(this.#wordsPerRow * 32 + 2)
    for (const distance of distances) starts[distance + 1] = (starts[distance + 1] ?? 0) + 1
    for (let i = 1; i < starts.length; i++) starts[i] = (starts[i] ?? 0) + (starts[i - 1] ?? 0)
    const ordered = new Float64Array(this.#size)
    for (let row = 0; row < this.#size; row++) {
      const distance = distances[row] ?? 0
      const place = starts[distance] ?? 0
      starts[distance] = place + 1
      ordered[place] = this.#seqs[row] ?? 0
    }
    return ordered
  }

  /** Cosines of a unit vector and the best vector of each memory; those without vectors are left out. */
  score(question: Float32Array, seqs: Iterable<number>): Map<number, number> {
    const scores = new Map<number, number>()
    for (const seq of seqs) {
      const rows = this.#rowsOf.get(seq)
      if (rows)
        scores.set(
          seq,
          rows.reduce((best, row) => Math.max(best, this.#cosine(question, row)), -1),
        )
    }
    return scores
  }

  #cosine(question: Float32Array, row: number): number {
    const values = this.#values
    const start = row * this.#dimensions
    const length = Math.min(this.#dimensions, question.length)
    let sum = 0
    for (let i = 0; i < length; i++) sum += (question[i] ?? 0) * (values[start + i] ?? 0)
    return Math.max(-1, Math.min(1, sum * (this.#scales[row] ?? 0)))
  }

  #distances(question: Uint32Array): Uint16Array {
    const bits = this.#bits
    const width = this.#wordsPerRow
    const distances = new Uint16Array(this.#size)
    for (let row = 0, at = 0; row < distances.length; row++) {
      let distance = 0
      for (let i = 0; i < width; i++, at++) distance += bitCount((bits[at] ?? 0) ^ (question[i] ?? 0))
      distances[row] = distance
    }
    return distances
  }

  /** Moves the last row into the place of one that goes. */
  #fillGap(row: number): void {
    const last = --this.#size
    if (row === last) return
    const seq = this.#seqs[last] ?? 0
    this.#seqs[row] = seq
    this.#scales[row] = this.#scales[last] ?? 0
    this.#bits.copyWithin(row * this.#wordsPerRow, last * this.#wordsPerRow, (last + 1) * this.#wordsPerRow)
    this.#values.copyWithin(row * this.#dimensions, last * this.#dimensions, (last + 1) * this.#dimensions)
    const rows = this.#rowsOf.get(seq)
    rows?.splice(rows.indexOf(last), 1, row)
  }

  #grow(): void {
    const bits = new Uint32Array(this.#bits.length * 2)
    const values = new Int8Array(this.#values.length * 2)
    const scales = new Float32Array(this.#scales.length * 2)
    const seqs = new Float64Array(this.#seqs.length * 2)
    bits.set(this.#bits)
    values.set(this.#values)
    scales.set(this.#scales)
    seqs.set(this.#seqs)
    this.#bits = bits
    this.#values = values
    this.#scales = scales
    this.#seqs = seqs
  }
}

const INITIAL_ROWS = 1024

function toWords(bits: Uint8Array, width: number): Uint32Array {
  const bytes = new Uint8Array(width * 4)
  bytes.set(bits.subarray(0, bytes.length))
  return new Uint32Array(bytes.buffer)
}

/** Bits set in 32, all at once (H. S. Warren, "Hacker's Delight", 5-1). */
function bitCount(value: number): number {
  let x = value - ((value >>> 1) & 0x55555555)
  x = (x & 0x33333333) + ((x >>> 2) & 0x33333333)
  return Math.imul((x + (x >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}
