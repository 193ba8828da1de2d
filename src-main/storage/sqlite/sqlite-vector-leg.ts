import { sql } from 'kysely'
import type { Expression, SqlBool } from 'kysely'
import { cosine, signBits } from '../quantized-vector.ts'
import type { MemoryDb } from '../sql/sql-schema.ts'
import type { SignBitIndex } from './sign-bit-index.ts'

/** What a candidate is known by, whichever leg found it. */
export interface CandidateRow {
  readonly seq: number
  readonly id: string
  readonly importance: number
  readonly created_at: number
}

/** Up to so many memories that pass, all are scored: exact, and as quick as choosing first. */
const SCORED_EXACTLY = 1000
/** Once this share of all vectors has been asked about, it is cheaper to read which memories pass at all. */
const MAX_SHARE_ASKED = 0.4

/**
 * The memories nearest to one question. Sign bits put all memories in an order; the first of it that pass the rules, four times
 * as many as wanted, are then scored in full. Rules come before any limit, so a crowd of others' memories hides nothing.
 */
export class VectorLeg {
  readonly #db: MemoryDb
  readonly #index: SignBitIndex
  readonly #modelId: number
  readonly #question: Float32Array

  constructor(db: MemoryDb, index: SignBitIndex, modelId: number, question: Float32Array) {
    this.#db = db
    this.#index = index
    this.#modelId = modelId
    this.#question = question
  }

  async nearest(rules: Expression<SqlBool>, limit: number): Promise<(CandidateRow & { readonly vector: number })[]> {
    const wanted = Math.max(200, 4 * limit)
    const passing = await this.#nearestPassing(rules, wanted)
    const scores = await this.score([...passing.keys()])
    return [...passing.values()]
      .flatMap((row) => ({ ...row, vector: scores.get(row.seq) ?? -1 }))
      .sort((a, b) => b.vector - a.vector)
      .slice(0, limit)
  }

  /** Exact scores of given memories, each by its best vector; those without vectors are left out. */
  async score(seqs: readonly number[]): Promise<Map<number, number>> {
    const scores = new Map<number, number>()
    if (seqs.length === 0) return scores
    const { rows } = await sql<{ seq: number; vector: Uint8Array }>`
      SELECT memory_seq AS seq, vector FROM memory_vectors
      WHERE memory_seq IN (SELECT value FROM json_each(${JSON.stringify(seqs)})) AND model_id = ${this.#modelId}`.execute(this.#db)
    for (const { seq, vector } of rows) scores.set(seq, Math.max(scores.get(seq) ?? -1, cosine(this.#question, vector)))
    return scores
  }

  /** The first `wanted` of the coarse order that pass: asked about batch by batch while many do, else all that pass read at once. */
  async #nearestPassing(rules: Expression<SqlBool>, wanted: number): Promise<Map<number, CandidateRow>> {
    const order = [...new Set(this.#index.order(signBits(this.#question)))]
    const passing = new Map<number, CandidateRow>()
    for (let asked = 0; asked < order.length && passing.size < wanted;) {
      const rate = asked === 0 ? 1 : passing.size / asked
      const next = asked + Math.ceil((1.2 * (wanted - passing.size)) / rate)
      if (asked > 0 && next > MAX_SHARE_ASKED * order.length) return this.#chosenOfPassing(order, rules, wanted)
      for (const row of await this.#rowsOf(order.slice(asked, next), rules)) passing.set(row.seq, row)
      asked = next
    }
    return passing
  }

  async #chosenOfPassing(order: readonly number[], rules: Expression<SqlBool>, wanted: number): Promise<Map<number, CandidateRow>> {
    const { rows } = await sql<CandidateRow>`SELECT m.seq, m.id, m.importance, m.created_at FROM memories m WHERE ${rules}`.execute(
      this.#db,
    )
    const passing = new Map(rows.map((row) => [row.seq, row]))
    const chosen = new Map<number, CandidateRow>()
    for (const seq of order) {
      const row = passing.get(seq)
      if (row) chosen.set(seq, row)
      if (chosen.size >= Math.max(wanted, Math.min(SCORED_EXACTLY, passing.size))) break
    }
    return chosen
  }

  async #rowsOf(seqs: readonly number[], rules: Expression<SqlBool>): Promise<CandidateRow[]> {
    const { rows } = await sql<CandidateRow>`
      SELECT m.seq, m.id, m.importance, m.created_at FROM memories m
      WHERE m.seq IN (SELECT value FROM json_each(${JSON.stringify(seqs)})) AND ${rules}`.execute(this.#db)
    return rows
  }
}
