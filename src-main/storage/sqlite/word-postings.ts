import { BM25 } from '../word-counts.ts'

/** The memories that hold a term, in order of their `seq`, and how often: weighted by field, 0 once a memory has lost it. */
export interface Postings {
  seqs: Uint32Array
  weights: Float32Array
  /** How many stand in the arrays, and how many of them still hold the term. */
  size: number
  live: number
}

/** Below this many memories a term is read again each time: that takes a fraction of a millisecond, and most terms are such. */
const KEPT_FROM = 64
/** Numbers kept in all, at 8 bytes each. */
const MAX_KEPT = 4_000_000

/**
 * What BM25 needs to know of common terms and of the length of each memory, in arrays: to score 10,000 matches takes a tenth of a millisecond
 * here, and ten in FTS5, whose bm25() reads a row of its tables for each. FTS5 stays what is kept: this is read from it when it is first
 * asked for, changed in step, and forgotten when in doubt.
 */
export class WordPostings {
  /** Terms of the whole memory by `seq`; 0 where there is none. */
  #lengths = new Uint32Array(1024)
  readonly #kept = new Map<string, Postings>()
  #keptNumbers = 0
  #scores = new Float32Array(1024)

  /** A memory of so many terms is there. */
  setLength(seq: number, length: number): void {
    if (seq >= this.#lengths.length) {
      const room = new Uint32Array(Math.max(seq + 1, this.#lengths.length * 2))
      room.set(this.#lengths)
      this.#lengths = room
      this.#scores = new Float32Array(room.length)
    }
    this.#lengths[seq] = length
  }

  /** The postings of a term, kept if it is a common one. */
  of(term: string, read: (term: string) => Postings): Postings {
    const kept = this.#kept.get(term)
    // The one that was asked for last is the last to go.
    if (kept) this.#kept.delete(term)
    const postings = kept ?? read(term)
    if (kept) this.#kept.set(term, kept)
    else if (postings.size >= KEPT_FROM) this.#keep(term, postings)
    return postings
  }

  /** A memory has been given words, in place of those it had. */
  put(seq: number, weights: ReadonlyMap<string, number>, length: number): void {
    this.remove(seq)
    this.setLength(seq, length)
    for (const [term, postings] of this.#kept) {
      const weight = weights.get(term)
      if (weight === undefined) continue
      const place = placeOf(postings, seq)
      if (place === postings.size) append(postings, seq, weight)
      else if (postings.seqs[place] === seq) postings.weights[place] = weight
      else {
        // One that came back out of the trash: no reason to move all that follow.
        this.#forget(term)
        continue
      }
      postings.live += 1
    }
  }

  remove(seq: number): void {
    if ((this.#lengths[seq] ?? 0) === 0) return
    this.#lengths[seq] = 0
    for (const postings of this.#kept.values()) {
      const place = placeOf(postings, seq)
      if (place === postings.size || postings.seqs[place] !== seq || postings.weights[place] === 0) continue
      postings.weights[place] = 0
      postings.live -= 1
    }
  }

  /** BM25 as FTS5 counts it, for every memory that holds one of the terms. Valid until the next call. */
  score(terms: readonly { readonly postings: Postings; readonly weight: number }[], averageLength: number): WordScores {
    const lengths = this.#lengths
    const scores = this.#scores
    const { k1, b } = BM25
    const [fixed, perTerm] = [k1 * (1 - b), (k1 * b) / Math.max(1e-6, averageLength)]
    const matches: number[] = []
    for (const { postings, weight } of terms) {
      const { seqs, weights, size } = postings
      const most = weight * (k1 + 1)
      for (let i = 0; i < size; i++) {
        const count = weights[i] ?? 0
        const seq = seqs[i] ?? 0
        const length = lengths[seq] ?? 0
        if (count === 0 || length === 0) continue
        const before = scores[seq] ?? 0
        if (before === 0) matches.push(seq)
        scores[seq] = before + (most * count) / (count + fixed + perTerm * length)
      }
    }
    const seqs = Float64Array.from(matches)
    const found = Float32Array.from(matches, (seq) => scores[seq] ?? 0)
    for (const seq of matches) scores[seq] = 0
    return { seqs, scores: found }
  }

  #keep(term: string, postings: Postings): void {
    this.#kept.set(term, postings)
    this.#keptNumbers += postings.size
    for (const oldest of this.#kept.keys()) {
      if (this.#keptNumbers <= MAX_KEPT) return
      this.#forget(oldest)
    }
  }

  #forget(term: string): void {
    this.#keptNumbers -= this.#kept.get(term)?.size ?? 0
    this.#kept.delete(term)
  }
}

export interface WordScores {
  readonly seqs: Float64Array
  readonly scores: Float32Array
}

/** Where `seq` stands, or where it would have to stand. */
function placeOf({ seqs, size }: Postings, seq: number): number {
  let [low, high] = [0, size]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((seqs[middle] ?? 0) < seq) low = middle + 1
    else high = middle
  }
  return low
}

function append(postings: Postings, seq: number, weight: number): void {
  if (postings.size === postings.seqs.length) {
    const [seqs, weights] = [new Uint32Array(2 * postings.size), new Float32Array(2 * postings.size)]
    seqs.set(postings.seqs)
    weights.set(postings.weights)
    postings.seqs = seqs
    postings.weights = weights
  }
  postings.seqs[postings.size] = seq
  postings.weights[postings.size] = weight
  postings.size += 1
}
