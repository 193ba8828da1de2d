import { expressionBuilder } from 'kysely'
import type { Scope } from '../../contract/scope.ts'
import type { Candidate, CandidateQuery, CandidateSet, QuestionVector } from '../memory-store.ts'
import { candidateSql } from '../sql/sql-filter.ts'
import type { MemoryDatabase, MemoryDb, MemoryTable } from '../sql/sql-schema.ts'
import { findModel, hasUnembedded } from '../sql/sql-vectors.ts'
import type { DescribedRow } from './postgres-described.ts'
import { keywordLeg } from './postgres-keyword-leg.ts'
import { VectorLeg } from './postgres-vector-leg.ts'
import { questionText } from './postgres-vector-tables.ts'
import type { WordStatistics } from './postgres-word-question.ts'

/** A question to the database. */
type Ask = <T>(work: (db: MemoryDb) => Promise<T>) => Promise<T>

/** Both legs of a search side by side, each filtered before its limit. What only words found gets its closeness too. */
export async function findCandidates(ask: Ask, statistics: WordStatistics, query: CandidateQuery, scope: Scope): Promise<CandidateSet> {
  const rules = candidateSql(expressionBuilder<MemoryDatabase & { m: MemoryTable }, 'm'>(), query, scope)
  const [byWords, byMeaning] = await Promise.all([
    ask(askByWords),
    Promise.resolve(query.vector).then((vector) => vector && ask((db) => askByMeaning(db, vector))),
  ])
  const nearest = byMeaning?.rows ?? []
  const near = new Map(nearest.map(({ seq, score }) => [seq, score]))
  const late = byWords.rows.flatMap(({ seq }) => (near.has(seq) ? [] : [seq]))
  const all = new Map([...nearest, ...byWords.rows].map((row) => [row.seq, row]))
  return {
    candidates: join(all, new Map(byWords.rows.map(({ seq, score }) => [seq, Math.max(0, score)])), [
      near,
      (await byMeaning?.closeness(late)) ?? new Map(),
    ]),
    keywordCeiling: byWords.ceiling,
    isPartial: byMeaning?.isPartial ?? false,
  }

  async function askByWords(db: MemoryDb): Promise<{ rows: readonly DescribedRow[]; ceiling: number }> {
    const words = query.text === undefined ? undefined : await statistics.ask(db, query.text)
    if (!words) return { rows: [], ceiling: 0 }
    return { rows: await keywordLeg(db, words, rules, query.candidateLimit), ceiling: words.ceiling }
  }

  async function askByMeaning(db: MemoryDb, vector: QuestionVector): Promise<Meaning> {
    const modelId = await findModel(db, vector.modelId)
    const question = questionText(vector.values)
    const isPartial = hasUnembedded(db, modelId, scope, Date.parse(query.now))
    if (modelId === undefined || question === undefined)
      return { rows: [], isPartial: await isPartial, closeness: () => Promise.resolve(new Map()) }
    const [rows] = await Promise.all([new VectorLeg(db, modelId, question).nearest(rules, query.candidateLimit), isPartial])
    return {
      rows,
      isPartial: await isPartial,
      closeness: (seqs) => ask((again) => new VectorLeg(again, modelId, question).score(seqs)),
    }
  }
}

interface Meaning {
  readonly rows: readonly DescribedRow[]
  readonly isPartial: boolean
  /** Cosines of further memories by `seq`. */
  closeness(seqs: readonly number[]): Promise<Scores>
}

type Scores = ReadonlyMap<number, number>

function join(all: ReadonlyMap<number, DescribedRow>, keyword: Scores, closeness: readonly [Scores, Scores]): Candidate[] {
  return [...all.values()].map(({ seq, id, importance, created_at: createdAt }) => {
    const [words, vector] = [keyword.get(seq), closeness[0].get(seq) ?? closeness[1].get(seq)]
    return {
      id,
      importance,
      createdAt,
      ...(words !== undefined && { keyword: words }),
      ...(vector !== undefined && { vector }),
    }
  })
}
