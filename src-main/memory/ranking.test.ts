import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Candidate } from '../storage/memory-store.ts'
import { rank, RECALL_WEIGHTS, SEARCH_WEIGHTS } from './ranking.ts'

const NOW = Date.parse('2026-11-22T10:00:00.000Z')
const DAY = 86_400_000
const at = (daysAgo: number) => NOW - daysAgo * DAY
const candidate = (id: string, more: Partial<Candidate> = {}): Candidate => ({ id, importance: 0.5, createdAt: at(0), ...more })

function ranked(candidates: readonly Candidate[], { ceiling = 10, weights = SEARCH_WEIGHTS } = {}) {
  return rank({ candidates: [...candidates], keywordCeiling: ceiling, isPartial: false }, weights, NOW)
}

const anyCandidate = fc.record(
  {
    id: fc.uuid(),
    keyword: fc.double({ min: 0, max: 40, noNaN: true }),
    vector: fc.double({ min: -1, max: 1, noNaN: true }),
    importance: fc.double({ min: 0, max: 1, noNaN: true }),
    createdAt: fc.integer({ min: -5, max: 4_000 }).map(at),
  },
  { requiredKeys: ['id', 'importance', 'createdAt'] },
)
const anySet = fc.uniqueArray(anyCandidate, { selector: ({ id }) => id, maxLength: 20 })
const anyWeights = fc.constantFrom(SEARCH_WEIGHTS, RECALL_WEIGHTS)

describe('ranking', () => {
  test('the weights of a set add up to one', () => {
    for (const { relevance, importance, recency } of [SEARCH_WEIGHTS, RECALL_WEIGHTS])
      expect(relevance + importance + recency).toBeCloseTo(1, 10)
  })

  test('keeps every candidate once, with scores from 0 to 1, best first', () => {
    fc.assert(
      fc.property(anySet, anyWeights, fc.double({ min: 0, max: 40, noNaN: true }), (candidates, weights, ceiling) => {
        const result = ranked(candidates, { weights, ceiling })
        expect(result.map(({ id }) => id).toSorted()).toEqual(candidates.map(({ id }) => id).toSorted())
        for (const { score, why } of result)
          for (const part of [score, ...Object.values(why)]) expect(part !== undefined && part >= 0 && part <= 1).toBe(true)
        for (const [i, { score }] of result.entries()) expect(score).toBeLessThanOrEqual(result[i - 1]?.score ?? 1)
      }),
    )
  })

  test('does not depend on the order of the candidates', () => {
    fc.assert(
      fc.property(anySet, anyWeights, (candidates, weights) => {
        expect(ranked(candidates.toReversed(), { weights })).toEqual(ranked(candidates, { weights }))
      }),
    )
  })

  test.each(['keyword', 'vector', 'importance'] as const)('more %s is never worse', (part) => {
    fc.assert(
      fc.property(anyCandidate, fc.double({ min: 0, max: 1, noNaN: true }), anyWeights, (base, more, weights) => {
        const other = candidate('anchor', { keyword: 30, vector: 0.5 })
        const low = { ...base, id: 'x', [part]: 0.3 }
        const high = { ...low, [part]: 0.3 + more * 0.7 }
        const scoreOf = (subject: Candidate) => ranked([other, subject], { weights }).find(({ id }) => id === 'x')?.score ?? 0
        expect(scoreOf(high)).toBeGreaterThanOrEqual(scoreOf(low))
      }),
    )
  })

  test('of two alike the newer is first, and of the same moment always the same one', () => {
    expect(ranked([candidate('old', { createdAt: at(2_000) }), candidate('new', { createdAt: at(1_999) })]).map(({ id }) => id)).toEqual([
      'new',
      'old',
    ])
    expect(ranked([candidate('b'), candidate('a'), candidate('c')]).map(({ id }) => id)).toEqual(['c', 'b', 'a'])
  })

  test('a month halves what is fresh about a memory, and a clock that runs ahead adds nothing', () => {
    const recency = (daysAgo: number) => ranked([candidate('x', { createdAt: at(daysAgo) })])[0]?.why.recency
    expect([recency(0), recency(30), recency(60), recency(-10)]).toEqual([1, 0.5, 0.25, 1])
  })

  test('says why: only the parts that were there', () => {
    const why = (more: Partial<Candidate>, ceiling = 10) => ranked([candidate('x', more)], { ceiling })[0]?.why
    expect(why({ keyword: 5 })).toEqual({ keyword: 0.5, importance: 0.5, recency: 1 })
    expect(why({ vector: 1 })).toEqual({ vector: 1, importance: 0.5, recency: 1 })
    expect(why({ keyword: 20, vector: -1 })).toEqual({ keyword: 1, vector: 0, importance: 0.5, recency: 1 })
    expect(why({ keyword: 5 }, 0)).toEqual({ importance: 0.5, recency: 1 })
  })

  test('rare words that are there weigh more than meaning; when only common ones are, meaning does', () => {
    const words = candidate('words', { keyword: 10, vector: 0.2 })
    const meaning = candidate('meaning', { vector: 0.6 })
    expect(ranked([words, meaning])[0]?.id).toBe('words')
    expect(ranked([{ ...words, keyword: 1 }, meaning])[0]?.id).toBe('meaning')
  })

  test('recall lets importance and freshness decide where search does not', () => {
    const better = candidate('better', { vector: 0.7, importance: 0, createdAt: at(300) })
    const graver = candidate('graver', { vector: 0.6, importance: 1 })
    expect([ranked([better, graver])[0]?.id, ranked([better, graver], { weights: RECALL_WEIGHTS })[0]?.id]).toEqual(['better', 'graver'])
  })
})
