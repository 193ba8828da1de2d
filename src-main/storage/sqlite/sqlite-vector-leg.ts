import { sql } from 'kysely'
import type { Expression, SqlBool } from 'kysely'
import { cosine, signBits } from '../quantized-vector.ts'
import type { SignBitIndex } from './sign-bit-index.ts'
import type { RawQueries } from './sqlite-raw-query.ts'

/** Up to so many memories that pass, all are scored: exact, and as quick as choosing first. */
const SCORED_EXACTLY = 1000
/** Once this share of all vectors has been asked about, it is cheaper to read which memories pass at all. */
const MAX_SHARE_ASKED = 0.4

/**
 * The memories nearest to one question. Sign bits put all memories in an order; the first of it that pass the rules, four times
 * as many as wanted, are then scored in full. Rules come before any limit, so a crowd of others' memories hides nothing.
 */
export class VectorLeg {
  readonly #queries: RawQueries
  readonly #index: SignBitIndex
  readonly #modelId: number
  readonly #question: Float32Array

  constructor(queries: RawQueries, index: SignBitIndex, modelId: number, question: Float32Array) {
    this.#queries = queries
    this.#index = index
    this.#modelId = modelId
    this.#question = question
  }

  /** Cosines by the memories' `seq`, best first. */
  nearest(rules: Expression<SqlBool>, limit: number): Map<number, number> {
    const scores = this.score(this.#nearestPassing(rules, Math.max(200, 4 * limit)))
    return new Map([...scores].sort(([, a], [, b]) => b - a).slice(0, limit))
  }

  /** Exact scores of given memories, each by its best vector; those without vectors are left out. */
  score(seqs: readonly number[]): Map<number, number> {
    const scores = new Map<number, number>()
    if (seqs.length === 0) return scores
    const rows = this.#queries.rows<[number, Uint8Array]>(sql`
      SELECT memory_seq, vector FROM memory_vectors
      WHERE memory_seq IN (SELECT value FROM json_each(${JSON.stringify(seqs)})) AND model_id = ${this.#modelId}`)
    for (const [seq, vector] of rows) scores.set(seq, Math.max(scores.get(seq) ?? -1, cosine(this.#question, vector)))
    return scores
  }

  /** The first `wanted` of the coarse order that pass: asked about batch by batch while many do, else all that pass read at once. */
  #nearestPassing(rules: Expression<SqlBool>, wanted: number): number[] {
    const order = this.#index.order(signBits(this.#question))
    const passing = new Set<number>()
    for (let asked = 0; asked < order.length && passing.size < wanted; ) {
      const isFirst = asked === 0
      const next = isFirst ? Math.ceil(wanted / 4) : asked + Math.ceil((1.2 * (wanted - passing.size) * asked) / passing.size)
      if (!isFirst && next > MAX_SHARE_ASKED * order.length) return this.#chosenOfPassing(order, rules, wanted)
      for (const seq of this.#passingOf(order.subarray(asked, next), rules)) passing.add(seq)
      asked = next
    }
    return [...passing]
  }

  #chosenOfPassing(order: Float64Array, rules: Expression<SqlBool>, wanted: number): number[] {
    const passing = new Set(this.#queries.rows<[number]>(sql`SELECT m.seq FROM memories m WHERE ${rules}`).map(([seq]) => seq))
    if (passing.size <= Math.max(wanted, SCORED_EXACTLY)) return [...passing]
    const chosen = new Set<number>()
    for (const seq of order) {
      if (passing.has(seq)) chosen.add(seq)
      if (chosen.size >= wanted) break
    }
    return [...chosen]
  }

  #passingOf(seqs: Float64Array, rules: Expression<SqlBool>): number[] {
    const among = JSON.stringify([...seqs])
    return this.#queries.rows<[number]>(sql`SELECT m.seq FROM memories m WHERE m.seq IN (SELECT value FROM json_each(${among})) AND ${rules}`).map(([seq]) => seq)
  }
}
