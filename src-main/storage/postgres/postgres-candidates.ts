import { expressionBuilder, sql } from 'kysely'
import { toIso } from '../../base/clock.ts'
import type { Scope } from '../../contract/scope.ts'
import type { Candidate, CandidateQuery, CandidateSet } from '../memory-store.ts'
import { candidateSql } from '../sql/sql-filter.ts'
import type { MemoryDatabase, MemoryDb, MemoryTable } from '../sql/sql-schema.ts'
import { findModel, hasUnembedded } from '../sql/sql-vectors.ts'
import { keywordLeg } from './postgres-keyword-leg.ts'
import { VectorLeg } from './postgres-vector-leg.ts'
import { questionText } from './postgres-vector-tables.ts'
import type { WordStatistics } from './postgres-word-question.ts'

/** Both legs of a search side by side, each filtered before its limit. What only words found gets its closeness too. */
export async function findCandidates(db: MemoryDb, statistics: WordStatistics, query: CandidateQuery, scope: Scope): Promise<CandidateSet> {
  const rules = candidateSql(expressionBuilder<MemoryDatabase & { m: MemoryTable }, 'm'>(), query, scope)
  const [byWords, byMeaning] = await Promise.all([askByWords(), askByMeaning()])
  const late = [...byWords.scores.keys()].filter((seq) => !byMeaning.scores.has(seq))
  const vector = new Map([...byMeaning.scores, ...((await byMeaning.leg?.score(late)) ?? [])])
  return {
    candidates: await describe(db, byWords.scores, vector),
    keywordCeiling: byWords.ceiling,
    isPartial: byMeaning.isPartial,
  }

  async function askByWords(): Promise<{ scores: ReadonlyMap<number, number>; ceiling: number }> {
    const words = query.text === undefined ? undefined : await statistics.ask(db, query.text)
    if (!words) return { scores: new Map(), ceiling: 0 }
    return { scores: await keywordLeg(db, words, rules, query.candidateLimit), ceiling: words.ceiling }
  }

  async function askByMeaning(): Promise<{ scores: ReadonlyMap<number, number>; isPartial: boolean; leg?: VectorLeg }> {
    if (!query.vector) return { scores: new Map(), isPartial: false }
    const modelId = await findModel(db, query.vector.modelId)
    const isPartial = await hasUnembedded(db, modelId, scope, Date.parse(query.now))
    const question = questionText(query.vector.values)
    if (modelId === undefined || question === undefined) return { scores: new Map(), isPartial }
    const leg = new VectorLeg(db, modelId, question)
    return { scores: await leg.nearest(rules, query.candidateLimit), isPartial, leg }
  }
}

async function describe(db: MemoryDb, keyword: ReadonlyMap<number, number>, vector: ReadonlyMap<number, number>): Promise<Candidate[]> {
  const seqs = [...new Set([...keyword.keys(), ...vector.keys()])]
  if (seqs.length === 0) return []
  const { rows } = await sql<{ seq: number; id: string; importance: number; created_at: number }>`
    SELECT seq, id, importance, created_at FROM memories WHERE seq = ANY(${seqs}::bigint[])`.execute(db)
  return rows.map(({ seq, id, importance, created_at: createdAt }) => {
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
