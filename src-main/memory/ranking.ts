import type { Why } from '../contract/memory.ts'
import type { Candidate, CandidateSet } from '../storage/memory-store.ts'

/** How much each part of a score counts. The parts of one set add up to 1. */
export interface RankingWeights {
  /** Meaning and words together; how they share it depends on the question (see `keywordShare`). */
  readonly relevance: number
  readonly importance: number
  readonly recency: number
}

/** For search: relevance decides, the rest breaks ties. */
export const SEARCH_WEIGHTS: RankingWeights = { relevance: 0.94, importance: 0.04, recency: 0.02 }
/** For recall: what matters and what is fresh weighs more. */
export const RECALL_WEIGHTS: RankingWeights = { relevance: 0.7, importance: 0.18, recency: 0.12 }

/** Days after which the recency part has halved. */
const RECENCY_HALF_LIFE_DAYS = 30
/** Cosines of unrelated and of near-identical texts under MiniLM; between them the vector part runs from 0 to 1. */
const COSINE_FLOOR = 0.05
const COSINE_CEILING = 0.9

/** Share of relevance that words get when they convince, and the keyword part from which they do. Tuned on dialogue and on paraphrases. */
const MAX_KEYWORD_SHARE = 0.6
const CONVINCING_KEYWORD = 0.25

export interface RankedCandidate {
  readonly id: string
  /** 0..1 */
  readonly score: number
  readonly why: Why
}

/** Orders candidates by a weighted sum of their parts, best first; equal scores put the newer first, and of one moment the larger id. Pure. */
export function rank(set: CandidateSet, weights: RankingWeights, nowMs: number): RankedCandidate[] {
  const scored = set.candidates.map((candidate) => ({ candidate, parts: partsOf(candidate, set.keywordCeiling, nowMs) }))
  const words = keywordShare(scored.map(({ parts }) => parts))
  return scored
    .map(({ candidate, parts }) => {
      const relevance = words * (parts.keyword ?? 0) + (1 - words) * (parts.vector ?? 0)
      const score = weights.relevance * relevance + weights.importance * candidate.importance + weights.recency * parts.recency
      return { id: candidate.id, score: clamp01(score), why: whyOf(parts, candidate.importance), createdAt: candidate.createdAt }
    })
    .sort((a, b) => b.score - a.score || b.createdAt - a.createdAt || descending(a.id, b.id))
    .map(({ id, score, why }) => ({ id, score, why }))
}

interface Parts {
  readonly keyword?: number
  readonly vector?: number
  readonly recency: number
}

function partsOf(candidate: Candidate, keywordCeiling: number, nowMs: number): Parts {
  const ageDays = Math.max(0, nowMs - candidate.createdAt) / 86_400_000
  return {
    ...(candidate.keyword !== undefined && keywordCeiling > 0 && { keyword: clamp01(candidate.keyword / keywordCeiling) }),
    ...(candidate.vector !== undefined && { vector: clamp01((candidate.vector - COSINE_FLOOR) / (COSINE_CEILING - COSINE_FLOOR)) }),
    recency: 2 ** (-ageDays / RECENCY_HALF_LIFE_DAYS),
  }
}

/**
 * The share of relevance that goes to words, 0..1. A question whose rare words stand in some memory is best answered by words
 * (BM25 alone beats MiniLM alone by far on dialogue); a paraphrase that shares only common words is best answered by meaning.
 */
function keywordShare(parts: readonly Parts[]): number {
  if (!parts.some((part) => part.vector !== undefined)) return 1
  const best = parts.reduce((max, part) => Math.max(max, part.keyword ?? 0), 0)
  return MAX_KEYWORD_SHARE * clamp01(best / CONVINCING_KEYWORD)
}

function whyOf(parts: Parts, importance: number): Why {
  return {
    ...(parts.vector !== undefined && { vector: round3(parts.vector) }),
    ...(parts.keyword !== undefined && { keyword: round3(parts.keyword) }),
    importance: round3(importance),
    recency: round3(parts.recency),
  }
}

function descending(a: string, b: string): number {
  return a === b ? 0 : a < b ? 1 : -1
}

function clamp01(value: number): number {
  return Math.min(1, Math.max(0, value))
}

function round3(value: number): number {
  return Math.round(value * 1000) / 1000
}
