import { sql } from 'kysely'
import type { Expression, SqlBool } from 'kysely'
import type { MemoryDb } from '../sql/sql-schema.ts'
import { vectorTable } from './postgres-vector-tables.ts'

/** Vectors asked for per wanted memory: a long memory has several. */
const ASKED_PER_WANTED = 2

/**
 * The memories nearest to one question. The graph is followed, rules applied on the way, until enough memories pass or
 * `hnsw.max_scan_tuples` vectors have been looked at. If that brings too few, then few pass: all that pass are scored, which is exact.
 */
export class VectorLeg {
  readonly #db: MemoryDb
  readonly #modelId: number
  readonly #question: string

  constructor(db: MemoryDb, modelId: number, question: string) {
    this.#db = db
    this.#modelId = modelId
    this.#question = question
  }

  /** Cosines by the memories' `seq`, best first. */
  async nearest(rules: Expression<SqlBool>, limit: number): Promise<Map<number, number>> {
    const quick = await this.#alongGraph(rules, ASKED_PER_WANTED * limit)
    if (quick.size >= limit) return new Map([...quick].slice(0, limit))
    return this.#amongPassing(rules, limit)
  }

  /** Scores of given memories; those without vectors are left out. */
  async score(seqs: readonly number[]): Promise<Map<number, number>> {
    if (seqs.length === 0) return new Map()
    const { rows } = await sql<ScoreRow>`
      SELECT v.memory_seq AS seq, 1 - min(${this.#distance}) AS score FROM ${vectorTable(this.#modelId)} v
      WHERE v.memory_seq = ANY(${[...seqs]}::bigint[]) GROUP BY v.memory_seq`.execute(this.#db)
    return toMap(rows)
  }

  async #alongGraph(rules: Expression<SqlBool>, asked: number): Promise<Map<number, number>> {
    const { rows } = await sql<ScoreRow>`
      SELECT v.memory_seq AS seq, 1 - (${this.#distance}) AS score
      FROM ${vectorTable(this.#modelId)} v JOIN memories m ON m.seq = v.memory_seq
      WHERE ${rules} ORDER BY ${this.#distance} LIMIT ${asked}`.execute(this.#db)
    return toMap(rows.toReversed())
  }

  async #amongPassing(rules: Expression<SqlBool>, limit: number): Promise<Map<number, number>> {
    const { rows } = await sql<ScoreRow>`
      WITH passing AS MATERIALIZED (SELECT m.seq FROM memories m WHERE ${rules})
      SELECT v.memory_seq AS seq, 1 - min(${this.#distance}) AS score
      FROM passing JOIN ${vectorTable(this.#modelId)} v ON v.memory_seq = passing.seq
      GROUP BY v.memory_seq ORDER BY score DESC, v.memory_seq LIMIT ${limit}`.execute(this.#db)
    return toMap(rows)
  }

  get #distance() {
    return sql<number>`v.vector <=> ${this.#question}::halfvec`
  }
}

interface ScoreRow {
  readonly seq: number
  readonly score: number
}

/** Best first; of several scores of a memory the last counts. */
function toMap(rows: readonly ScoreRow[]): Map<number, number> {
  const scores = new Map(rows.map(({ seq, score }) => [seq, Math.max(-1, Math.min(1, score))]))
  return new Map([...scores].sort(([, a], [, b]) => b - a))
}
