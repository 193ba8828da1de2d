import { FIELD_WEIGHTS, inverseDocumentFrequency, queryTerms } from '../search-text.ts'
import type { WordCounts } from '../word-counts.ts'
import type { SqliteConnection } from './sqlite-driver.ts'
import { WordPostings } from './word-postings.ts'
import type { Postings, WordScores } from './word-postings.ts'

export interface WeighedTerm {
  readonly postings: Postings
  /** Its inverse document frequency. */
  readonly weight: number
}

/** A question by words, with what BM25 needs to know of the whole store. */
export interface WordQuestion {
  readonly terms: readonly WeighedTerm[]
  /** Without the words that over half of all memories hold, when that leaves any: those add next to nothing to a score. */
  readonly telling?: readonly WeighedTerm[]
  readonly averageLength: number
  /** Sum of the words' inverse document frequencies. */
  readonly ceiling: number
}

const LEAST_WEIGHT = inverseDocumentFrequency(1, 1)
const PAGE = 10_000

/** Reads the FTS5 table `memory_words` for questions, and keeps what it has read (see word-postings.ts). */
export class SqliteWordScores {
  readonly #averages
  readonly #lengths
  readonly #instances
  #kept: WordPostings | undefined

  constructor(connection: SqliteConnection) {
    this.#averages = connection.prepare('SELECT block FROM memory_words_data WHERE id = 1').pluck()
    this.#lengths = connection
      .prepare(
        `SELECT max(id), group_concat(id || ' ' || hex(sz), ' ') FROM (SELECT id, sz FROM memory_words_docsize WHERE id > ? ORDER BY id LIMIT ${PAGE})`,
      )
      .raw()
    // Of this connection alone. https://sqlite.org/fts5.html#the_fts5vocab_virtual_table_module
    connection.exec('CREATE VIRTUAL TABLE temp.memory_word_places USING fts5vocab(main, memory_words, instance)')
    // One number for each place where the term stands: as rows of two columns they would take half as long again.
    this.#instances = connection.prepare("SELECT doc * 2 + (col = 'tags') FROM temp.memory_word_places WHERE term = ?").pluck()
  }

  /** Undefined for a question without words. */
  ask(text: string): WordQuestion | undefined {
    const asked = queryTerms(text)
    if (asked.length === 0) return undefined
    const kept = this.#load()
    const { documents, length } = averagesIn(this.#averages.get() as Uint8Array | undefined) // FTS5's averages record
    const terms = asked.map((term) => {
      const postings = kept.of(term, (one) => this.#read(one))
      return { postings, weight: inverseDocumentFrequency(documents, postings.live) }
    })
    const telling = terms.filter(({ weight }) => weight > LEAST_WEIGHT)
    return {
      terms,
      ...(telling.length > 0 && telling.length < terms.length && { telling }),
      averageLength: length / Math.max(1, documents),
      ceiling: terms.reduce((sum, { weight }) => sum + weight, 0),
    }
  }

  /** BM25, with our weights, of all memories that hold one of the terms. Valid until the next call of any method. */
  score(terms: readonly WeighedTerm[], averageLength: number): WordScores {
    return this.#load().score(terms, averageLength)
  }

  put(seq: number, { weights, length }: WordCounts): void {
    this.#kept?.put(seq, weights, length)
  }

  remove(seq: number): void {
    this.#kept?.remove(seq)
  }

  get isLoaded(): boolean {
    return this.#kept !== undefined
  }

  /** Lets go of all that was read. */
  forget(): void {
    this.#kept = undefined
  }

  #load(): WordPostings {
    if (this.#kept) return this.#kept
    const kept = new WordPostings()
    for (let after = 0; ;) {
      const [last, page] = this.#lengths.get(after) as [number | null, string | null] // the columns of the statement
      if (last === null || page === null) break
      const parts = page.split(' ')
      for (let i = 0; i < parts.length; i += 2) kept.setLength(Number(parts[i]), sumOf(varints(Buffer.from(parts[i + 1] ?? '', 'hex'))))
      after = last
    }
    this.#kept = kept
    return kept
  }

  #read(term: string): Postings {
    const places = this.#instances.all(term) as number[]
    const seqs = new Uint32Array(places.length)
    const weights = new Float32Array(places.length)
    let size = 0
    for (const place of places) {
      const seq = Math.floor(place / 2)
      if (size === 0 || seqs[size - 1] !== seq) seqs[size++] = seq
      weights[size - 1] = (weights[size - 1] ?? 0) + (place % 2 === 1 ? FIELD_WEIGHTS.tags : FIELD_WEIGHTS.content)
    }
    return { seqs, weights, size, live: size }
  }
}

/** The first numbers of FTS5's averages record: how many rows the table has, then the terms of each column in all (fts5_index.c). */
function averagesIn(blob: Uint8Array | undefined): { documents: number; length: number } {
  const [documents = 0, ...lengths] = varints(blob ?? new Uint8Array(0))
  return { documents, length: sumOf(lengths) }
}

/** SQLite's numbers of variable length: seven bits a byte, the high ones first. None of ours has the ninth byte, which is another. */
function varints(blob: Uint8Array): number[] {
  const numbers: number[] = []
  let value = 0
  for (const byte of blob) {
    value = value * 128 + (byte & 0x7f)
    if (byte >= 0x80) continue
    numbers.push(value)
    value = 0
  }
  return numbers
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0)
}
