import { expressionBuilder, sql } from 'kysely'
import type { Expression, SqlBool } from 'kysely'
import { toIso } from '../../base/clock.ts'
import type { Scope } from '../../contract/scope.ts'
import type { Candidate, CandidateQuery, CandidateSet } from '../memory-store.ts'
import { toUnit } from '../quantized-vector.ts'
import { candidateSql } from '../sql/sql-filter.ts'
import type { MemoryDatabase, MemoryDb, MemoryTable } from '../sql/sql-schema.ts'
import { findModel, hasUnembedded } from '../sql/sql-vectors.ts'
import type { RawQueries } from './sqlite-raw-query.ts'
import type { SqliteSearchIndex } from './sqlite-search-index.ts'
import { BM25_SQL } from './sqlite-text-index.ts'
import type { WordQuestion } from './sqlite-text-index.ts'
import { VectorLeg } from './sqlite-vector-leg.ts'

export interface CandidateParts {
  readonly db: MemoryDb
  readonly queries: RawQueries
  readonly index: SqliteSearchIndex
}

/** Both legs of a search, each filtered before its limit. What only words found gets its closeness too. */
export async function findCandidates(parts: CandidateParts, query: CandidateQuery, scope: Scope): Promise<CandidateSet> {
  const rules = candidateSql(expressionBuilder<MemoryDatabase & { m: MemoryTable }, 'm'>(), query, scope)
  const words = query.text === undefined ? undefined : parts.index.text.ask(query.text)
  const keyword = words ? keywordLeg(parts.queries, words, rules, query.candidateLimit) : new Map<number, number>()
  let vector = new Map<number, number>()
  let isPartial = false
  if (query.vector) {
    const modelId = await findModel(parts.db, query.vector.modelId)
    isPartial = await hasUnembedded(parts.db, modelId, scope, Date.parse(query.now))
    if (modelId !== undefined) {
      const leg = new VectorLeg(parts.queries, parts.index.vectors.ofModel(modelId), toUnit(query.vector.values))
      const nearest = leg.nearest(rules, query.candidateLimit)
      vector = new Map([...nearest, ...leg.score([...keyword.keys()].filter((seq) => !nearest.has(seq)))])
    }
  }
  return { candidates: describe(parts.queries, keyword, vector), keywordCeiling: words?.ceiling ?? 0, isPartial }
}

/** BM25 scores by `seq`. Words that most memories share are asked for only if the others find too few. */
function keywordLeg(queries: RawQueries, words: WordQuestion, rules: Expression<SqlBool>, limit: number): Map<number, number> {
  const found = matching(words.tellingMatch ?? words.match)
  return words.tellingMatch !== undefined && found.size < limit ? matching(words.match) : found

  function matching(match: string): Map<number, number> {
    return bestPassing(queries, match, rules, limit) ?? allPassing(queries, match, rules, limit)
  }
}

/**
 * The quick way: the best by words alone, then the rules on those, some at a time. Exact when enough of them pass, or when they are all
 * there are; otherwise undefined.
 */
function bestPassing(queries: RawQueries, match: string, rules: Expression<SqlBool>, limit: number): Map<number, number> | undefined {
  const asked = ASKED_PER_WANTED * limit
  const best = queries.rows<[number, number]>(sql`
    SELECT rowid, ${sql.raw(BM25_SQL)} AS score FROM memory_words WHERE memory_words MATCH ${match} ORDER BY score DESC LIMIT ${asked}`)
  const found = new Map<number, number>()
  for (let from = 0; from < best.length && found.size < limit; from += 2 * limit) {
    const some = best.slice(from, from + 2 * limit)
    const among = JSON.stringify(some.map(([seq]) => seq))
    const rows = queries.rows<[number]>(sql`
      SELECT m.seq FROM memories m WHERE m.seq IN (SELECT value FROM json_each(${among})) AND ${rules}`)
    const passing = new Set(rows.map(([seq]) => seq))
    for (const [seq, score] of some) if (passing.has(seq) && found.size < limit) found.set(seq, Math.max(0, score))
  }
  return found.size < limit && best.length === asked ? undefined : found
}

/** The sure way: the rules on everything that holds a word. */
function allPassing(queries: RawQueries, match: string, rules: Expression<SqlBool>, limit: number): Map<number, number> {
  const rows = queries.rows<[number, number]>(sql`
    SELECT m.seq, ${sql.raw(BM25_SQL)} AS score FROM memory_words JOIN memories m ON m.seq = memory_words.rowid
    WHERE memory_words MATCH ${match} AND ${rules} ORDER BY score DESC LIMIT ${limit}`)
  return new Map(rows.map(([seq, score]) => [seq, Math.max(0, score)]))
}

/** Matches that are asked for per memory that is wanted: ranking them all is what takes the time, however many are taken from the top. */
const ASKED_PER_WANTED = 20

function describe(queries: RawQueries, keyword: ReadonlyMap<number, number>, vector: ReadonlyMap<number, number>): Candidate[] {
  const seqs = JSON.stringify([...new Set([...keyword.keys(), ...vector.keys()])])
  const rows = queries.rows<[number, string, number, number]>(sql`
    SELECT seq, id, importance, created_at FROM memories WHERE seq IN (SELECT value FROM json_each(${seqs}))`)
  return rows.map(([seq, id, importance, createdAt]) => {
    const [words, closeness] = [keyword.get(seq), vector.get(seq)]
    return {
      id,
      importance,
      createdAt: toIso(createdAt),
      ...(words !== undefined && { keyword: words }),
      ...(closeness !== undefined && { vector: closeness }),
    }
  })
}
