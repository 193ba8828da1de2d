import { expressionBuilder } from 'kysely'
import { toIso } from '../../base/clock.ts'
import type { Scope } from '../../contract/scope.ts'
import type { Candidate, CandidateQuery, CandidateSet } from '../memory-store.ts'
import { candidateSql } from '../sql/sql-filter.ts'
import type { MemoryDatabase, MemoryDb, MemoryTable } from '../sql/sql-schema.ts'
import { findModel, hasUnembedded } from '../sql/sql-vectors.ts'
import type { DescribedRow } from './postgres-described.ts'
import { keywordLeg } from './postgres-keyword-leg.ts'
import { VectorLeg } from './postgres-vector-leg.ts'
import { questionText } from './postgres-vector-tables.ts'
import type { WordStatistics } from './postgres-word-question.ts'

/** Both legs of a search side by side, each filtered before its limit. What only words found gets its closeness too. */
export async function findCandidates(db: MemoryDb, statistics: WordStatistics, query: CandidateQuery, scope: Scope): Promise<CandidateSet> {
  const rules = candidateSql(expressionBuilder<MemoryDatabase & { m: MemoryTable }, 'm'>(), query, scope)
  const [byWords, byMeaning] = await Promise.all([askByWords(), askByMeaning()])
  const near = new Map(byMeaning.rows.map(({ seq, score }) => [seq, score]))
  const late = byWords.rows.flatMap(({ seq }) => (near.has(seq) ? [] : [seq]))
  const all = new Map([...byMeaning.rows, ...byWords.rows].map((row) => [row.seq, row]))
  return {
    candidates: join(all, new Map(byWords.rows.map(({ seq, score }) => [seq, Math.max(0, score)])), [
      near,
      (await byMeaning.leg?.score(late)) ?? new Map(),
    ]),
    keywordCeiling: byWords.ceiling,
    isPartial: byMeaning.isPartial,
  }

  async function askByWords(): Promise<{ rows: readonly DescribedRow[]; ceiling: number }> {
    const words = query.text === undefined ? undefined : await statistics.ask(db, query.text)
    if (!words) return { rows: [], ceiling: 0 }
    return { rows: await keywordLeg(db, words, rules, query.candidateLimit), ceiling: words.ceiling }
  }

  async function askByMeaning(): Promise<{ rows: readonly DescribedRow[]; isPartial: boolean; leg?: VectorLeg }> {
    if (!query.vector) return { rows: [], isPartial: false }
    const modelId = await findModel(db, query.vector.modelId)
    const question = questionText(query.vector.values)
    const leg = modelId === undefined || question === undefined ? undefined : new VectorLeg(db, modelId, question)
    const [isPartial, rows = []] = await Promise.all([
      hasUnembedded(db, modelId, scope, Date.parse(query.now)),
      leg?.nearest(rules, query.candidateLimit),
    ])
    return { rows, isPartial, ...(leg && { leg }) }
  }
}

type Scores = ReadonlyMap<number, number>

function join(all: ReadonlyMap<number, DescribedRow>, keyword: Scores, closeness: readonly [Scores, Scores]): Candidate[] {
  return [...all.values()].map(({ seq, id, importance, created_at: createdAt }) => {
    const [words, vector] = [keyword.get(seq), closeness[0].get(seq) ?? closeness[1].get(seq)]
    return {
      id,
      importance,
      createdAt: toIso(createdAt),
      ...(words !== undefined && { keyword: words }),
      ...(vector !== undefined && { vector }),
    }
  })
}
