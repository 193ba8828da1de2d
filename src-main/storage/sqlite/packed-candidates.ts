import type { Candidate, CandidateSet } from '../memory-store.ts'

/** A candidate set on its way between threads: hundreds of small objects take longer to copy than to find. */
export interface PackedCandidates extends Omit<CandidateSet, 'candidates'> {
  readonly ids: readonly string[]
  /** Four for each id: importance, when created, BM25 score, closeness; NaN for what it has not. */
  readonly numbers: Float64Array
}

const WIDTH = 4

export function packCandidates({ candidates, ...set }: CandidateSet): PackedCandidates {
  const numbers = new Float64Array(WIDTH * candidates.length)
  for (const [index, { importance, createdAt, keyword = NaN, vector = NaN }] of candidates.entries())
    numbers.set([importance, createdAt, keyword, vector], WIDTH * index)
  return { ...set, ids: candidates.map(({ id }) => id), numbers }
}

export function unpackCandidates({ ids, numbers, ...set }: PackedCandidates): CandidateSet {
  const candidates = ids.map((id, index): Candidate => {
    const [importance = NaN, createdAt = NaN, keyword = NaN, vector = NaN] = numbers.subarray(WIDTH * index)
    return { id, importance, createdAt, ...(!Number.isNaN(keyword) && { keyword }), ...(!Number.isNaN(vector) && { vector }) }
  })
  return { ...set, candidates }
}
