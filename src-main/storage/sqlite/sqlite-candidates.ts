import { toIso } from '../../base/clock.ts'
import type { Scope } from '../../contract/scope.ts'
import type { CandidateQuery, CandidateSet } from '../memory-store.ts'
import { toUnit } from '../quantized-vector.ts'
import { candidateSql } from '../sql/sql-filter.ts'
import type { MemoryDb } from '../sql/sql-schema.ts'
import { findModel, hasUnembedded } from '../sql/sql-vectors.ts'
import { PassingMemories } from './sqlite-passing.ts'
import type { RawQueries } from './sqlite-raw-query.ts'
import type { SqliteSearchIndex } from './sqlite-search-index.ts'
import type { SqliteWordScores, WeighedTerm, WordQuestion } from './sqlite-word-scores.ts'
import type { Comparison } from './vector-scan.ts'

export interface CandidateParts {
  readonly db: MemoryDb
  readonly queries: RawQueries
  readonly index: SqliteSearchIndex
}

/** Both legs of a search, each filtered before its limit. What only words found gets its closeness too. */
export async function findCandidates(parts: CandidateParts, query: CandidateQuery, scope: Scope): Promise<CandidateSet> {
  const { db, queries, index } = parts
  const passing = new PassingMemories(db, queries, (eb) => candidateSql(eb, query, scope))
  const { scores } = index.text
  const words = query.text === undefined ? undefined : scores.ask(query.text)
  const keyword = words ? keywordLeg(scores, words, passing, query.candidateLimit) : new Map<number, number>()
  let vector = new Map<number, number>()
  let comparison: Comparison | undefined
  let isPartial = false
  if (query.vector) {
    const modelId = await findModel(db, query.vector.modelId)
    isPartial = await hasUnembedded(db, modelId, scope, Date.parse(query.now))
    if (modelId !== undefined) {
      comparison = index.vectors.ofModel(modelId).compare(toUnit(query.vector.values))
      vector = passing.best(comparison, query.candidateLimit)
    }
  }
  const candidates = [...passing.describe(new Set([...keyword.keys(), ...vector.keys()]))].map(([seq, { id, importance, createdAt }]) => {
    const [word, closeness] = [keyword.get(seq), vector.get(seq) ?? comparison?.best(seq)]
    return {
      id,
      importance,
      createdAt: toIso(createdAt),
      ...(word !== undefined && { keyword: word }),
      ...(closeness !== undefined && { vector: closeness }),
    }
  })
  return { candidates, keywordCeiling: words?.ceiling ?? 0, isPartial }
}

/** BM25 scores by `seq`. Words that most memories share are asked for only if the others find too few. */
function keywordLeg(scores: SqliteWordScores, words: WordQuestion, passing: PassingMemories, limit: number): Map<number, number> {
  const found = matching(words.telling ?? words.terms)
  return words.telling !== undefined && found.size < limit ? matching(words.terms) : found

  function matching(terms: readonly WeighedTerm[]): Map<number, number> {
    return passing.best(scores.score(terms, words.averageLength), limit)
  }
}
