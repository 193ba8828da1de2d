import { sql } from 'kysely'
import type { Expression, SqlBool } from 'kysely'
import type { RawQueries } from './sqlite-raw-query.ts'
import type { VectorScan } from './vector-scan.ts'

/**
 * How many times the wanted memories are scored in full. Of the true nearest 10, with 100 wanted, `npm run bench:scale` finds at 3, 8 and 16:
 * 0.986, 0.990 and 0.991 of 10,000 memories, 0.979, 0.988 and 0.992 of 100,000; asking the rules about them is what costs.
 */
const SCORED_PER_WANTED = 8
/** Up to so many memories that pass, all are scored: exact, and as quick as choosing first. */
const SCORED_EXACTLY = 1000
/** Once this share of all vectors has been asked about, it is cheaper to read which memories pass at all. */
const MAX_SHARE_ASKED = 0.4

/**
 * The memories nearest to one question. Sign bits put all memories in an order; the first of it that pass the rules, some times
 * as many as wanted, are then scored in full. Rules come before any limit, so a crowd of others' memories hides nothing.
 */
export class VectorLeg {
  readonly #queries: RawQueries
  readonly #scan: VectorScan
  readonly #question: Float32Array

  constructor(queries: RawQueries, scan: VectorScan, question: Float32Array) {
    this.#queries = queries
    this.#scan = scan
    this.#question = question
  }

  /** Cosines by the memories' `seq`, best first. */
  nearest(rules: Expression<SqlBool>, limit: number): Map<number, number> {
    const scores = this.score(this.#nearestPassing(rules, Math.max(200, SCORED_PER_WANTED * limit)))
    return new Map([...scores].sort(([, a], [, b]) => b - a).slice(0, limit))
  }

  /** Exact scores of given memories; those without vectors are left out. */
  score(seqs: Iterable<number>): Map<number, number> {
    return this.#scan.score(this.#question, seqs)
  }

  /** The first `wanted` of the coarse order that pass: asked about batch by batch while many do, else all that pass read at once. */
  #nearestPassing(rules: Expression<SqlBool>, wanted: number): number[] {
    const order = this.#scan.order(this.#question)
    const passing = new Set<number>()
    for (let asked = 0; asked < order.length && passing.size < wanted;) {
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
    return this.#queries
      .rows<[number]>(sql`SELECT m.seq FROM memories m WHERE m.seq IN (SELECT value FROM json_each(${among})) AND ${rules}`)
      .map(([seq]) => seq)
  }
}
