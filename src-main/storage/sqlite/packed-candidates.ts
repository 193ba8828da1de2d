import type { Candidate, CandidateSet } from '../memory-store.ts'

/** A candidate set on its way between threads: hundreds of small objects take longer to copy than to find. */
export interface PackedCandidates extends Omit<CandidateSet, 'candidates'> {
  readonly ids: readonly string[]
  /** Four for each id: importance, when created, BM25 score, closeness; NaN for what it has not. */
  readonly numbers: Float64Array
}

const WIDTH = 4

/** A candidate to be packed; NaN for the score that it has not. */
export interface ScoredCandidate {
  readonly id: string
  readonly importance: number
  readonly createdAt: number
  readonly keyword: number
  readonly vector: number
}

export function packCandidates(candidates: readonly ScoredCandidate[]): Pick<PackedCandidates, 'ids' | 'numbers'> {
  const numbers = new Float64Array(WIDTH * candidates.length)
  let at = 0
  for (const { importance, createdAt, keyword, vector } of candidates) {
    numbers[at++] = importance
    numbers[at++] = createdAt
    numbers[at++] = keyword
    numbers[at++] = vector
  }
  return { ids: candidates.map(({ id }) => id), numbers }
}

export function unpackCandidates({ ids, numbers, ...set }: PackedCandidates): CandidateSet {
  const candidates = ids.map((id, index): Candidate => {
    const at = WIDTH * index
    const [keyword, vector] = [numbers[at + 2] ?? NaN, numbers[at + 3] ?? NaN]
    return {
      id,
      importance: numbers[at] ?? NaN,
      createdAt: numbers[at + 1] ?? NaN,
      ...(!Number.isNaN(keyword) && { keyword }),
      ...(!Number.isNaN(vector) && { vector }),
    }
  })
  return { ...set, candidates }
}
