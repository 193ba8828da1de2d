import { sql } from 'kysely'
import type { Expression, SqlBool } from 'kysely'
import { neededOf } from '../needed-candidates.ts'
import type { MemoryDb } from '../sql/sql-schema.ts'
import { DESCRIBED } from './postgres-described.ts'
import type { DescribedRow } from './postgres-described.ts'
import { vectorTable } from './postgres-vector-tables.ts'

/** Vectors asked for per memory that is needed, and again where that is not enough: a long memory has several. */
const ASKED_PER_NEEDED = [1.25, 5]

/**
 * The memories nearest to one question. The graph is followed, rules applied on the way, until enough memories pass or
 * `hnsw.max_scan_tuples` vectors have been looked at; what waits to be put into it is compared one by one. If the graph brings too few, then
 * few pass: all that pass are scored, which is exact.
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

  /** Cosines with the memories, best first: so many as `limit`, or the half of it, fewer only where no more pass. */
  async nearest(rules: Expression<SqlBool>, limit: number): Promise<DescribedRow[]> {
    const needed = neededOf(limit)
    // Before the graph is asked: what is put into it meanwhile is then found there.
    const unlinked = await this.#amongUnlinked(rules, limit)
    for (const perNeeded of ASKED_PER_NEEDED) {
      const asked = Math.ceil(perNeeded * needed)
      const rows = await this.#alongGraph(rules, asked)
      if (bestOfEach(rows).length >= needed) return bestOfEach([...unlinked, ...rows]).slice(0, limit)
      // The graph has no more to give: to ask it for more is of no use.
      if (rows.length < asked) break
    }
    return this.#amongPassing(rules, limit)
  }

  /** Cosines of given memories by `seq`; those without vectors are left out. */
  async score(seqs: readonly number[]): Promise<Map<number, number>> {
    if (seqs.length === 0) return new Map()
    const { rows } = await sql<{ seq: number; score: number }>`
      SELECT v.memory_seq AS seq, 1 - min(${this.#distance}) AS score FROM ${vectorTable(this.#modelId)} v
      WHERE v.memory_seq = ANY(${[...seqs]}::bigint[]) GROUP BY v.memory_seq`.execute(this.#db)
    return new Map(rows.map(({ seq, score }) => [seq, clamped(score)]))
  }

  async #alongGraph(rules: Expression<SqlBool>, asked: number): Promise<DescribedRow[]> {
    const { rows } = await sql<DescribedRow>`
      SELECT ${DESCRIBED}, 1 - (${this.#distance}) AS score
      FROM ${vectorTable(this.#modelId)} v JOIN memories m ON m.seq = v.memory_seq
      WHERE v.in_graph AND ${rules} ORDER BY ${this.#distance} LIMIT ${asked}`.execute(this.#db)
    return rows
  }

  /** The nearest of those that wait outside the graph, where any do: the rules are asked in the order of the scores, until enough pass. */
  async #amongUnlinked(rules: Expression<SqlBool>, limit: number): Promise<readonly DescribedRow[]> {
    const table = vectorTable(this.#modelId)
    // In order, so that the index of just these is read, whatever the planner believes of their number.
    const { rows: found } = await sql`SELECT memory_seq FROM ${table} WHERE NOT in_graph ORDER BY memory_seq LIMIT 1`.execute(this.#db)
    if (found.length === 0) return []
    const { rows } = await sql<DescribedRow>`
      SELECT ${DESCRIBED}, nearest.score FROM (
        SELECT v.memory_seq, 1 - min(${this.#distance}) AS score FROM ${table} v WHERE NOT v.in_graph
        GROUP BY v.memory_seq ORDER BY score DESC
      ) nearest JOIN memories m ON m.seq = nearest.memory_seq
      WHERE ${rules} ORDER BY nearest.score DESC LIMIT ${limit}`.execute(this.#db)
    return rows
  }

  async #amongPassing(rules: Expression<SqlBool>, limit: number): Promise<DescribedRow[]> {
    const { rows } = await sql<DescribedRow>`
      WITH passing AS MATERIALIZED (SELECT ${DESCRIBED} FROM memories m WHERE ${rules})
      SELECT m.*, scored.score FROM passing m JOIN (
        SELECT v.memory_seq, 1 - min(${this.#distance}) AS score
        FROM passing JOIN ${vectorTable(this.#modelId)} v ON v.memory_seq = passing.seq
        GROUP BY v.memory_seq ORDER BY score DESC, v.memory_seq LIMIT ${limit}
      ) scored ON m.seq = scored.memory_seq`.execute(this.#db)
    return bestOfEach(rows)
  }

  get #distance() {
    return sql<number>`v.vector <=> ${this.#question}::halfvec`
  }
}

/** Best first, each memory once. */
function bestOfEach(rows: readonly DescribedRow[]): DescribedRow[] {
  const seen = new Set<number>()
  return rows
    .map((row) => ({ ...row, score: clamped(row.score) }))
    .sort((a, b) => b.score - a.score)
    .filter(({ seq }) => !seen.has(seq) && seen.add(seq))
}

/** Half-precision floats may go a little beyond what a cosine can be. */
function clamped(score: number): number {
  return Math.max(-1, Math.min(1, score))
}
