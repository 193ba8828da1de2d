import { sql } from 'kysely'
import type { Expression, RawBuilder, SqlBool } from 'kysely'
import type { MemoryDb } from '../sql/sql-schema.ts'
import { BM25 } from '../word-counts.ts'
import { DESCRIBED } from './postgres-described.ts'
import type { DescribedRow } from './postgres-described.ts'
import type { WeighedTerm, WordQuestion } from './postgres-word-question.ts'

/** Matches that may be asked about for each that is wanted, before the sure way is taken: the asking ends as soon as enough have passed. */
const ASKED_PER_WANTED = 20
/** Of those that pass, how many get what commoner words add, for each that is wanted: that costs a look for each word. */
const COMPLETED_PER_WANTED = 2
/** Of the candidates that are wanted, the share that a search needs for its answer. To find the others too is not worth a second way. */
const ENOUGH = 0.5

/** BM25 scores with the memories, best first. */
export async function keywordLeg(db: MemoryDb, words: WordQuestion, rules: Expression<SqlBool>, limit: number): Promise<DescribedRow[]> {
  let found: DescribedRow[] = []
  for (const terms of words.attempts) {
    found = await passing(db, { ...words, found: terms }, rules, limit)
    if (found.length >= ENOUGH * limit) break
  }
  return found
}

async function passing(db: MemoryDb, question: Question, rules: Expression<SqlBool>, limit: number): Promise<DescribedRow[]> {
  return (await bestPassing(db, question, rules, limit)) ?? (await allPassing(db, question, rules, limit))
}

/** `found`: the terms that find memories; the others of the question add to the scores. */
interface Question extends WordQuestion {
  readonly found: readonly WeighedTerm[]
}

/**
 * The quick way: the best by the finding words alone, then the rules on those, in that order, until enough have passed. Undefined when not
 * even so many pass, and there are more.
 */
async function bestPassing(
  db: MemoryDb,
  question: Question,
  rules: Expression<SqlBool>,
  limit: number,
): Promise<DescribedRow[] | undefined> {
  const most = ASKED_PER_WANTED * limit
  const { rows } = await sql<DescribedRow & { readonly asked: number }>`
    WITH asked AS MATERIALIZED (
      SELECT w.memory_seq, sum(w.score) AS score FROM (${postings(question)}) w
      GROUP BY w.memory_seq ORDER BY score DESC, w.memory_seq LIMIT ${most}
    ), best AS MATERIALIZED (
      SELECT ${DESCRIBED}, asked.score
      FROM (SELECT * FROM asked ORDER BY score DESC, memory_seq LIMIT ${most}) asked JOIN memories m ON m.seq = asked.memory_seq
      WHERE ${rules} ORDER BY asked.score DESC, asked.memory_seq LIMIT ${COMPLETED_PER_WANTED * limit}
    )
    ${completed(question, limit, sql`, (SELECT count(*) FROM asked) AS asked`)}`.execute(db)
  // Without a single row it is not known whether there were any matches.
  if (rows.length < ENOUGH * limit && (rows[0]?.asked ?? most) >= most) return undefined
  return rows
}

/** The sure way: the rules on everything that holds a word. */
async function allPassing(db: MemoryDb, question: Question, rules: Expression<SqlBool>, limit: number): Promise<DescribedRow[]> {
  const { rows } = await sql<DescribedRow>`
    WITH best AS MATERIALIZED (
      SELECT ${DESCRIBED}, asked.score FROM (
        SELECT w.memory_seq, sum(w.score) AS score FROM (${postings(question)}) w GROUP BY w.memory_seq
      ) asked JOIN memories m ON m.seq = asked.memory_seq
      WHERE ${rules} ORDER BY asked.score DESC, asked.memory_seq LIMIT ${COMPLETED_PER_WANTED * limit}
    )
    ${completed(question, limit)}`.execute(db)
  return rows
}

/** What each found term adds to each memory. A part for each term: its weight is then a constant, which halves the time. */
function postings(question: Question) {
  const parts = question.found.map(
    ({ term, weight }) =>
      sql`SELECT w.memory_seq, ${score(sql`${weight}::float8`, question)} AS score FROM memory_words w WHERE w.term = ${term}`,
  )
  return sql.join(parts, sql` UNION ALL `)
}

/** Of what `best` holds, the first so many once the other terms have been added. */
function completed(question: Question, limit: number, further = sql``) {
  const rest = question.terms.filter((term) => !question.found.includes(term))
  // By term and memory at once, as the primary key has it: all words of each memory would be thirty rows on as many pages.
  const parts = rest.map(({ term, weight }) => {
    const added = score(sql`${weight}::float8`, question)
    return sql`coalesce((SELECT ${added} FROM memory_words w WHERE w.term = ${term} AND w.memory_seq = best.seq), 0)`
  })
  return sql`
    SELECT best.seq, best.id, best.importance, best.created_at, ${sql.join([sql`best.score`, ...parts], sql` + `)} AS score ${further}
    FROM best ORDER BY 5 DESC, best.seq LIMIT ${limit}`
}

/** BM25 of one row `w`: a term in a memory. */
function score(weight: RawBuilder<unknown>, { averageLength }: WordQuestion) {
  const { k1, b } = BM25
  const fixed = sql`${k1 * (1 - b)}::float8`
  const perTerm = sql`${(k1 * b) / averageLength}::float8`
  return sql<number>`${weight} * w.weight * ${k1 + 1}::float8 / (w.weight + ${fixed} + ${perTerm} * w.length)`
}
