import { sql } from 'kysely'
import type { Expression, SqlBool } from 'kysely'
import type { MemoryDb } from '../sql/sql-schema.ts'
import { BM25 } from '../word-counts.ts'
import type { WeighedTerm, WordQuestion } from './postgres-word-question.ts'

/** Matches that are asked about for each that is wanted, before all are. */
const ASKED_PER_WANTED = 2

/** BM25 scores by `seq`, best first. Words that most memories share are asked for only if the others find too few. */
export async function keywordLeg(
  db: MemoryDb,
  words: WordQuestion,
  rules: Expression<SqlBool>,
  limit: number,
): Promise<Map<number, number>> {
  const found = await matching(words.telling ?? words.terms)
  return words.telling !== undefined && found.size < limit ? matching(words.terms) : found

  async function matching(terms: readonly WeighedTerm[]): Promise<Map<number, number>> {
    const question = { terms, averageLength: words.averageLength }
    return (await bestPassing(db, question, rules, limit)) ?? (await allPassing(db, question, rules, limit))
  }
}

type Question = Pick<WordQuestion, 'terms' | 'averageLength'>

/**
 * The quick way: the best by words alone, then the rules on those few. Exact when enough of them pass, or when they are all there
 * are; otherwise undefined.
 */
async function bestPassing(
  db: MemoryDb,
  question: Question,
  rules: Expression<SqlBool>,
  limit: number,
): Promise<Map<number, number> | undefined> {
  const asked = ASKED_PER_WANTED * limit
  const { rows } = await sql<{ seq: number; score: number; asked: number }>`
    WITH best AS MATERIALIZED (
      SELECT w.memory_seq, ${score(question)} AS score FROM memory_words w WHERE w.term = ANY(${termsOf(question)}::text[])
      GROUP BY w.memory_seq ORDER BY score DESC, w.memory_seq LIMIT ${asked}
    )
    SELECT m.seq, best.score, (SELECT count(*) FROM best) AS asked FROM best JOIN memories m ON m.seq = best.memory_seq WHERE ${rules}
    ORDER BY best.score DESC, m.seq LIMIT ${limit}`.execute(db)
  // Without a single row it is not known whether there were any matches.
  if (rows.length < limit && (rows[0]?.asked ?? asked) >= asked) return undefined
  return byseq(rows)
}

/** The sure way: the rules on everything that holds a word. */
async function allPassing(db: MemoryDb, question: Question, rules: Expression<SqlBool>, limit: number): Promise<Map<number, number>> {
  const { rows } = await sql<{ seq: number; score: number }>`
    SELECT m.seq, ${score(question)} AS score FROM memory_words w JOIN memories m ON m.seq = w.memory_seq
    WHERE w.term = ANY(${termsOf(question)}::text[]) AND ${rules}
    GROUP BY m.seq ORDER BY score DESC, m.seq LIMIT ${limit}`.execute(db)
  return byseq(rows)
}

/** BM25 of the rows `w` of one memory. */
function score(question: Question) {
  const { k1, b } = BM25
  const weights = question.terms.map(({ weight }) => weight)
  const weight = sql`(${weights}::float8[])[array_position(${termsOf(question)}::text[], w.term)]`
  const fixed = sql.lit(k1 * (1 - b))
  const perTerm = sql`${(k1 * b) / question.averageLength}::float8`
  return sql<number>`sum(${weight} * w.weight * ${sql.lit(k1 + 1)} / (w.weight + ${fixed} + ${perTerm} * w.length))`
}

function termsOf({ terms }: Question): string[] {
  return terms.map(({ term }) => term)
}

function byseq(rows: readonly { readonly seq: number; readonly score: number }[]): Map<number, number> {
  return new Map(rows.map(({ seq, score: value }) => [seq, Math.max(0, value)]))
}
