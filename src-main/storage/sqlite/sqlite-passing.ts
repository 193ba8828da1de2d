import { expressionBuilder } from 'kysely'
import type { Expression, SqlBool } from 'kysely'
import type { MemoryDatabase, MemoryDb, MemoryTable } from '../sql/sql-schema.ts'
import type { MemoryExpressions } from '../sql/sql-access.ts'
import { neededOf } from '../needed-candidates.ts'
import { BestFirst } from './best-first.ts'
import type { RawQueries } from './sqlite-raw-query.ts'

/** What ranking needs of a memory beside its scores. */
export interface Described {
  readonly id: string
  readonly importance: number
  readonly createdAt: number
}

/** Scores of things that belong to memories; a memory may have several, and the best counts. */
export interface Scored {
  readonly seqs: Float64Array
  readonly scores: Float32Array
}

/** Beyond this share of all memories, it is cheaper to read which of them pass at all (from an index) than to ask about each (at its row). */
const MAX_SHARE_ASKED = 0.05
/** As many as that are asked about in any case. */
const ASKED_AT_LEAST = 500
/** Asked about first, for each that is wanted: as a rule nearly all pass. */
const FIRST_ASKED = 1.1

/**
 * Which memories a search may find. Rules come before any limit: they are asked about in the order of the scores until enough have
 * passed, so a crowd of others' memories hides nothing. What one leg has asked the other does not ask again.
 */
export class PassingMemories {
  readonly #queries: RawQueries
  readonly #rules: { readonly sql: string; readonly parameters: readonly unknown[] }
  readonly #known = new Map<number, Described | undefined>()
  #all: ReadonlySet<number> | undefined

  /** `rules` speak of a memory as `m`. */
  constructor(db: MemoryDb, queries: RawQueries, rules: (eb: MemoryExpressions) => Expression<SqlBool>) {
    this.#queries = queries
    const { sql, parameters } = db
      .selectFrom('memories as m')
      .select('m.seq')
      .where(rules(expressionBuilder<MemoryDatabase & { m: MemoryTable }, 'm'>()))
      .compile()
    this.#rules = { sql: sql.slice(sql.indexOf(' where ') + ' where '.length), parameters }
  }

  /** The best that pass, best first, by `seq`: up to `wanted`, and as many as are needed unless fewer pass. */
  best(scored: Scored, wanted: number): Map<number, number> {
    const found = new Map<number, number>()
    let { seqs, scores } = scored
    let needed = this.#all ? wanted : neededOf(wanted)
    let order = new BestFirst(scores)
    let [asked, next] = [0, Math.ceil(FIRST_ASKED * wanted)]
    // The rest, where that is little, is asked about too.
    const goesOn = () => asked < seqs.length && (found.size < needed || (found.size < wanted && seqs.length - asked <= asked))
    while (goesOn()) {
      const places = order.next(next)
      const some = Array.from(places, (place) => seqs[place] ?? 0)
      this.#ask(some)
      for (const [i, seq] of some.entries()) {
        if (found.size < wanted && this.#passes(seq) && !found.has(seq)) found.set(seq, scores[places[i] ?? 0] ?? 0)
      }
      asked += some.length
      next = found.size === 0 ? Infinity : Math.ceil((1.2 * (needed - found.size) * asked) / found.size)
      next = found.size >= needed ? seqs.length - asked : Math.min(next, seqs.length - asked)
      if (this.#all || found.size >= needed || asked + next <= this.#mostAsked) continue
      this.#readAll()
      ;({ seqs, scores } = this.#onlyPassing(scored))
      order = new BestFirst(scores)
      ;[asked, next, needed] = [0, wanted, wanted]
    }
    return found
  }

  /** Of memories that have passed. */
  describe(seqs: Iterable<number>): Map<number, Described> {
    const all = [...seqs]
    this.#ask(all, true)
    const described = new Map<number, Described>()
    for (const seq of all) {
      const known = this.#known.get(seq)
      if (known) described.set(seq, known)
    }
    return described
  }

  #passes(seq: number): boolean {
    return this.#all ? this.#all.has(seq) : this.#known.get(seq) !== undefined
  }

  #ask(seqs: readonly number[], mustDescribe = false): void {
    if (this.#all && !mustDescribe) return
    // In the order of the rows: neighbours lie on one page.
    const unknown = [...new Set(seqs)].filter((seq) => !this.#known.has(seq)).sort((a, b) => a - b)
    if (unknown.length === 0) return
    for (const seq of unknown) this.#known.set(seq, undefined)
    const rows = this.#queries.rows<[number, string, number, number]>(
      `SELECT m.seq, m.id, m.importance, m.created_at FROM json_each(?) AS asked CROSS JOIN memories AS m ON m.seq = asked.value WHERE ${this.#rules.sql}`,
      [JSON.stringify(unknown), ...this.#rules.parameters],
    )
    for (const [seq, id, importance, createdAt] of rows) this.#known.set(seq, { id, importance, createdAt })
  }

  /** By about how many memories there are, which is known in no time. */
  get #mostAsked(): number {
    const [row] = this.#queries.rows<[number]>('SELECT coalesce(max(seq), 0) FROM memories', [])
    return Math.max(ASKED_AT_LEAST, MAX_SHARE_ASKED * (row?.[0] ?? 0))
  }

  #readAll(): void {
    const { sql, parameters } = this.#rules
    this.#all = new Set(
      this.#queries
        .rows<[number]>(`SELECT m.seq FROM memories AS m INDEXED BY memories_rules WHERE ${sql}`, parameters)
        .map(([seq]) => seq),
    )
  }

  #onlyPassing({ seqs, scores }: Scored): Scored {
    const places: number[] = []
    for (const [place, seq] of seqs.entries()) if (this.#all?.has(seq)) places.push(place)
    return {
      seqs: Float64Array.from(places, (place) => seqs[place] ?? 0),
      scores: Float32Array.from(places, (place) => scores[place] ?? 0),
    }
  }
}
