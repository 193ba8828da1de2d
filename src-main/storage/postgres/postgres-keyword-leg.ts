import { sql } from 'kysely'
import type { Expression, RawBuilder, SqlBool } from 'kysely'
import type { MemoryDb } from '../sql/sql-schema.ts'
import { BM25 } from '../word-counts.ts'
import { DESCRIBED } from './postgres-described.ts'
import type { DescribedRow } from './postgres-described.ts'
import type { WeighedTerm, WordQuestion } from './postgres-word-question.ts'

/** Matches that may be asked about for each that is wanted, before the sure way is taken: the asking ends as soon as enough have passed. */
const ASKED_PER_WANTED = 20
/**
 * Matches whose scores get what commoner words add, for each that is wanted: that costs a look for each word. More where too few of them pass,
 * for somebody may see a fourth of all; the sure way asks about thousands and takes ten times as long.
 */
const COMPLETED_PER_WANTED = [2, 6] as const
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
  const tries = question.found.length < question.terms.length ? COMPLETED_PER_WANTED : [ASKED_PER_WANTED]
  for (const perWanted of tries) {
    const rows = await bestPassing(db, question, rules, { asked: perWanted * limit, limit })
    if (rows) return rows
  }
  return allPassing(db, question, rules, limit)
}

/** `found`: the terms that find memories; the others of the question add to the scores. */
interface Question extends WordQuestion {
  readonly found: readonly WeighedTerm[]
}

/**
 * The quick way: the best by words alone, then the rules on those few, in that order, until as many as wanted have passed. Undefined when not
 * even enough of them pass, and there are more.
 */
async function bestPassing(
  db: MemoryDb,
  question: Question,
  rules: Expression<SqlBool>,
  { asked, limit }: { readonly asked: number; readonly limit: number },
): Promise<DescribedRow[] | undefined> {
  const { rows } = await sql<DescribedRow & { readonly asked: number }>`
    WITH best AS MATERIALIZED (
      SELECT w.memory_seq, sum(w.score) AS score FROM (${postings(question)}) w
      GROUP BY w.memory_seq ORDER BY score DESC, w.memory_seq LIMIT ${asked}
    ), ${scored(question)}
    SELECT ${DESCRIBED}, found.score, (SELECT count(*) FROM best) AS asked
    FROM (SELECT * FROM scored ORDER BY score DESC, memory_seq LIMIT ${asked}) found JOIN memories m ON m.seq = found.memory_seq
    WHERE ${rules} ORDER BY found.score DESC, found.memory_seq LIMIT ${limit}`.execute(db)
  // Without a single row it is not known whether there were any matches.
  if (rows.length < ENOUGH * limit && (rows[0]?.asked ?? asked) >= asked) return undefined
  return rows
}

/** The sure way: the rules on everything that holds a word. */
async function allPassing(db: MemoryDb, question: Question, rules: Expression<SqlBool>, limit: number): Promise<DescribedRow[]> {
  const { rows } = await sql<DescribedRow>`
    WITH best AS MATERIALIZED (
      SELECT w.memory_seq, sum(w.score) AS score FROM (${postings(question)}) w JOIN memories m ON m.seq = w.memory_seq
      WHERE ${rules} GROUP BY w.memory_seq ORDER BY score DESC, w.memory_seq LIMIT ${COMPLETED_PER_WANTED[0] * limit}
    ), ${scored(question)}
    SELECT ${DESCRIBED}, scored.score FROM scored JOIN memories m ON m.seq = scored.memory_seq
    ORDER BY scored.score DESC, m.seq LIMIT ${limit}`.execute(db)
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

/** The best with what the other terms add. */
function scored(question: Question) {
  const rest = question.terms.filter((term) => !question.found.includes(term))
  if (rest.length === 0) return sql`scored AS (SELECT * FROM best)`
  // By term and memory at once, as the primary key has it: all words of each memory would be thirty rows on as many pages.
  const parts = rest.map(
    ({ term, weight }) =>
      sql`SELECT w.memory_seq, ${score(sql`${weight}::float8`, question)} AS score FROM memory_words w
        WHERE w.term = ${term} AND w.memory_seq = ANY(ARRAY(SELECT memory_seq FROM best))`,
  )
  return sql`scored AS MATERIALIZED (
    SELECT w.memory_seq, sum(w.score) AS score FROM (SELECT memory_seq, score FROM best UNION ALL ${sql.join(parts, sql` UNION ALL `)}) w
    GROUP BY w.memory_seq)`
}

/** BM25 of one row `w`: a term in a memory. */
function score(weight: RawBuilder<unknown>, { averageLength }: WordQuestion) {
  const { k1, b } = BM25
  const fixed = sql`${k1 * (1 - b)}::float8`
  const perTerm = sql`${(k1 * b) / averageLength}::float8`
  return sql<number>`${weight} * w.weight * ${k1 + 1}::float8 / (w.weight + ${fixed} + ${perTerm} * w.length)`
}
