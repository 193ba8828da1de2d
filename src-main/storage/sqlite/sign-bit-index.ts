/**
 * The sign bits of one model's vectors, in memory, for a coarse search: 48 bytes for 384 dimensions, so 5 MB for 100,000
 * vectors, which are passed over in under 2 ms. (sqlite-vec's vec0 keeps the same bits in the file, but its time grows with
 * rows times k: 11 ms for the nearest 800 of 10,000.) A vector belongs to a memory, named by `seq`; several may.
 */
export class SignBitIndex {
  readonly #wordsPerRow: number
  #words: Uint32Array
  #seqs: Float64Array
  #size = 0

  constructor(dimensions: number) {
    this.#wordsPerRow = Math.ceil(dimensions / 32)
    this.#words = new Uint32Array(INITIAL_ROWS * this.#wordsPerRow)
    this.#seqs = new Float64Array(INITIAL_ROWS)
  }

  get size(): number {
    return this.#size
  }

  add(seq: number, bits: Uint8Array): void {
    if (this.#size === this.#seqs.length) this.#grow()
    this.#seqs[this.#size] = seq
    this.#words.set(toWords(bits, this.#wordsPerRow), this.#size * this.#wordsPerRow)
    this.#size++
  }

  /** Takes out all vectors of a memory. */
  remove(seq: number): void {
    for (let row = this.#size - 1; row >= 0; row--) {
      if (this.#seqs[row] !== seq) continue
      const last = --this.#size
      this.#seqs[row] = this.#seqs[last] ?? 0
      this.#words.copyWithin(row * this.#wordsPerRow, last * this.#wordsPerRow, (last + 1) * this.#wordsPerRow)
    }
  }

  /** The memory of every vector, nearest first: in order of the bits that differ. A memory comes once for each of its vectors. */
  order(bits: Uint8Array): Float64Array {
    const distances = this.#distances(toWords(bits, this.#wordsPerRow))
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

  #distances(question: Uint32Array): Uint16Array {
    const words = this.#words
    const width = this.#wordsPerRow
    const distances = new Uint16Array(this.#size)
    for (let row = 0, at = 0; row < distances.length; row++) {
      let distance = 0
      for (let i = 0; i < width; i++, at++) distance += bitCount((words[at] ?? 0) ^ (question[i] ?? 0))
      distances[row] = distance
    }
    return distances
  }

  #grow(): void {
    const words = new Uint32Array(this.#words.length * 2)
    words.set(this.#words)
    this.#words = words
    const seqs = new Float64Array(this.#seqs.length * 2)
    seqs.set(this.#seqs)
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
