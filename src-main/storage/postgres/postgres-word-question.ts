import { sql } from 'kysely'
import { inverseDocumentFrequency, queryTerms } from '../search-text.ts'
import type { MemoryDb } from '../sql/sql-schema.ts'

export interface WeighedTerm {
  readonly term: string
  /** Live memories that hold it. */
  readonly documents: number
  /** Its inverse document frequency. */
  readonly weight: number
}

/** A question by words, with what BM25 needs to know of the whole store. */
export interface WordQuestion {
  readonly terms: readonly WeighedTerm[]
  /**
   * Which of the words find memories, where each attempt follows if the one before brought too few: first the rarest, as many as a search
   * has the time to score, at last all. The others of a question only add to the scores.
   */
  readonly attempts: readonly (readonly WeighedTerm[])[]
  readonly averageLength: number
  /** Sum of the words' inverse document frequencies. */
  readonly ceiling: number
}

/** A word in so many memories is counted once a minute: that takes milliseconds, and changes its weight by next to nothing. */
const COMMON = 5_000
const REMEMBERED_MS = 60_000
const MAX_REMEMBERED = 10_000
/** Memories that the words of an attempt may stand in together: 5,000 take some milliseconds. */
const MOST_MATCHES = [5_000, 40_000]
const LEAST_WEIGHT = inverseDocumentFrequency(1, 1)

/** Looks up how rare the words of a question are. */
export class WordStatistics {
  readonly #common = new Map<string, { readonly documents: number; readonly untilMs: number }>()

  /** Undefined for a question without words. */
  async ask(db: MemoryDb, text: string): Promise<WordQuestion | undefined> {
    const asked = queryTerms(text)
    if (asked.length === 0) return undefined
    const known = new Map(asked.flatMap((term) => this.#recall(term)))
    const rows = await count(
      db,
      asked.filter((term) => !known.has(term)),
    )
    for (const { term, documents } of rows) {
      if (term === null) continue
      known.set(term, documents)
      if (documents >= COMMON) this.#remember(term, documents)
    }
    const all = rows[0]?.all_documents ?? 0
    const terms = asked.map((term) => {
      const documents = Math.min(all, known.get(term) ?? 0)
      return { term, documents, weight: inverseDocumentFrequency(all, documents) }
    })
    const rarest = MOST_MATCHES.map((most) => rarestOf(terms, most)).filter(
      (some, index, all) => some.length > 0 && some.length < terms.length && some.length !== all[index - 1]?.length,
    )
    return {
      terms,
      attempts: [...rarest, terms],
      averageLength: Math.max(1e-6, (rows[0]?.all_length ?? 0) / Math.max(1, all)),
      ceiling: terms.reduce((sum, { weight }) => sum + weight, 0),
    }
  }

  #recall(term: string): [string, number][] {
    const found = this.#common.get(term)
    if (!found) return []
    if (found.untilMs > performance.now()) return [[term, found.documents]]
    this.#common.delete(term)
    return []
  }

  #remember(term: string, documents: number): void {
    if (this.#common.size >= MAX_REMEMBERED) this.#common.clear()
    this.#common.set(term, { documents, untilMs: performance.now() + REMEMBERED_MS })
  }
}

/** Without those that over half of all memories hold, which add next to nothing. */
function rarestOf(terms: readonly WeighedTerm[], most: number): WeighedTerm[] {
  const rarest: WeighedTerm[] = []
  let matches = 0
  for (const term of terms.filter(({ weight }) => weight > LEAST_WEIGHT).toSorted((a, b) => a.documents - b.documents)) {
    matches += term.documents
    // The rarest word with a match is asked for however common it is.
    if (matches > most && rarest.some(({ documents }) => documents > 0)) break
    rarest.push(term)
  }
  return rarest
}

/** In how many live memories each term is, beside the totals; one row without a term when none is asked for. */
async function count(db: MemoryDb, terms: readonly string[]) {
  const { rows } = await sql<{ term: string | null; documents: number; all_documents: number; all_length: number }>`
    SELECT asked.term, (SELECT count(*) FROM memory_words w WHERE w.term = asked.term) AS documents, totals.*
    FROM (SELECT sum(documents)::float8 AS all_documents, sum(length)::float8 AS all_length FROM word_totals) AS totals
    LEFT JOIN unnest(${[...terms]}::text[]) AS asked (term) ON true`.execute(db)
  return rows
}
