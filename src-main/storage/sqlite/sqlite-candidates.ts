import { expressionBuilder, sql } from 'kysely'
import { toIso } from '../../base/clock.ts'
import type { Scope } from '../../contract/scope.ts'
import type { Candidate, CandidateQuery, CandidateSet } from '../memory-store.ts'
import { toUnit } from '../quantized-vector.ts'
import { candidateSql } from '../sql/sql-filter.ts'
import type { MemoryDatabase, MemoryDb, MemoryTable } from '../sql/sql-schema.ts'
import { findModel, hasUnembedded } from '../sql/sql-vectors.ts'
import type { SqliteSearchIndex } from './sqlite-search-index.ts'
import { BM25_SQL } from './sqlite-text-index.ts'
import { VectorLeg } from './sqlite-vector-leg.ts'
import type { CandidateRow } from './sqlite-vector-leg.ts'

/** Both legs of a search, each filtered before its limit. What one leg found, the other scores too if it can. */
export async function findCandidates(db: MemoryDb, index: SqliteSearchIndex, query: CandidateQuery, scope: Scope): Promise<CandidateSet> {
  const rules = candidateSql(expressionBuilder<MemoryDatabase & { m: MemoryTable }, 'm'>(), query, scope)
  const question = query.text === undefined ? undefined : index.text.ask(query.text)
  const found = new Map<number, Found>()
  if (question) {
    const rows = await sql<Found & { keyword: number }>`
      SELECT m.seq, m.id, m.importance, m.created_at, ${sql.raw(BM25_SQL)} AS keyword
      FROM memory_words JOIN memories m ON m.seq = memory_words.rowid
      WHERE memory_words MATCH ${question.match} AND ${rules} ORDER BY keyword DESC LIMIT ${query.candidateLimit}`.execute(db)
    for (const row of rows.rows) found.set(row.seq, { ...row, keyword: Math.max(0, row.keyword) })
  }
  let isPartial = false
  if (query.vector) {
    const modelId = await findModel(db, query.vector.modelId)
    isPartial = await hasUnembedded(db, modelId, scope, Date.parse(query.now))
    if (modelId !== undefined) {
      const leg = new VectorLeg(db, index.vectors.ofModel(modelId), modelId, toUnit(query.vector.values))
      for (const row of await leg.nearest(rules, query.candidateLimit))
        found.set(row.seq, { ...row, ...found.get(row.seq), vector: row.vector })
      const unscored = [...found.values()].filter((row) => row.vector === undefined).map((row) => row.seq)
      for (const [seq, vector] of await leg.score(unscored)) {
        const row = found.get(seq)
        if (row) found.set(seq, { ...row, vector })
      }
    }
  }
  return { candidates: [...found.values()].map(toCandidate), keywordCeiling: question?.ceiling ?? 0, isPartial }
}

interface Found extends CandidateRow {
  readonly keyword?: number
  readonly vector?: number
}

function toCandidate({ id, importance, created_at, keyword, vector }: Found): Candidate {
  return {
    id,
    importance,
    createdAt: toIso(created_at),
    ...(keyword !== undefined && { keyword }),
    ...(vector !== undefined && { vector }),
  }
}
