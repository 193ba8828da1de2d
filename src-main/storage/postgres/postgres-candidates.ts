import { expressionBuilder, sql } from 'kysely'
import type { Scope } from '../../contract/scope.ts'
import type { Candidate, CandidateQuery, CandidateSet, QuestionVector } from '../memory-store.ts'
import { candidateSql } from '../sql/sql-filter.ts'
import type { MemoryDatabase, MemoryDb, MemoryTable } from '../sql/sql-schema.ts'
import { hasUnembedded } from '../sql/sql-vectors.ts'
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
  const words = ask(askByWords)
  const meaning = Promise.resolve(query.vector).then((vector) => vector && ask((db) => understand(db, vector)))
  const [byWords, byMeaning, closeness] = await Promise.all([
    words,
    meaning.then((asked) => asked && ask((db) => askByMeaning(db, asked))),
    // Of all that words found, while the other leg is still on its way: to wait for what is missing there takes longer than to ask for more.
    Promise.all([words, meaning]).then(([{ rows }, asked]) => asked && ask((db) => closenessOf(db, asked, rows))),
  ])
  const nearest = byMeaning?.rows ?? []
  return {
    candidates: join(
      new Map([...nearest, ...byWords.rows].map((row) => [row.seq, row])),
      new Map(byWords.rows.map(({ seq, score }) => [seq, Math.max(0, score)])),
      [new Map(nearest.map(({ seq, score }) => [seq, score])), closeness ?? new Map()],
    ),
    keywordCeiling: byWords.ceiling,
    isPartial: byMeaning?.isPartial ?? false,
  }

  async function askByWords(db: MemoryDb): Promise<{ rows: readonly DescribedRow[]; ceiling: number }> {
    const question = query.text === undefined ? undefined : await statistics.ask(db, query.text)
    if (!question) return { rows: [], ceiling: 0 }
    return { rows: await keywordLeg(db, question, rules, query.candidateLimit), ceiling: question.ceiling }
  }

  async function askByMeaning(db: MemoryDb, asked: Meaning): Promise<{ rows: readonly DescribedRow[]; isPartial: boolean }> {
    const [rows, isPartial] = await Promise.all([
      vectorLeg(db, asked)?.nearest(rules, query.candidateLimit) ?? [],
      asked.isWhole ? false : hasUnembedded(db, asked.modelId, scope, Date.parse(query.now)),
    ])
    return { rows, isPartial }
  }
}

/** A question as the database compares it; without a model that it does not know, and without text where it has no direction. */
interface Meaning {
  readonly modelId: number | undefined
  readonly text: string | undefined
  /** Whether all memories have their vectors, as nearly always. If not, it is asked whether that concerns the scope. */
  readonly isWhole: boolean
}

async function understand(db: MemoryDb, { modelId, values }: QuestionVector): Promise<Meaning> {
  const { rows } = await sql<{ id: number; isWhole: boolean }>`
    SELECT id, NOT EXISTS (SELECT FROM embedding_backlog WHERE model_id = m.id) AS "isWhole" FROM embedding_models m
    WHERE name = ${modelId}`.execute(db)
  return { modelId: rows[0]?.id, text: questionText(values), isWhole: rows[0]?.isWhole ?? false }
}

function vectorLeg(db: MemoryDb, { modelId, text }: Meaning): VectorLeg | undefined {
  return modelId === undefined || text === undefined ? undefined : new VectorLeg(db, modelId, text)
}

/** Cosines by `seq`. */
async function closenessOf(db: MemoryDb, asked: Meaning, rows: readonly DescribedRow[]): Promise<Scores> {
  return (await vectorLeg(db, asked)?.score(rows.map(({ seq }) => seq))) ?? new Map()
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
