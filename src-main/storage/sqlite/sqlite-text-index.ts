import { FIELD_WEIGHTS, indexText, inverseDocumentFrequency, queryTerms, SEARCH_TEXT_VERSION } from '../search-text.ts'
import type { SearchableText } from '../sql/search-index.ts'
import type { SqliteConnection } from './sqlite-driver.ts'

/** A question as FTS5 takes it. */
export interface WordQuestion {
  /** Its words, quoted and OR-ed; in quotes nothing is FTS5 syntax. */
  readonly match: string
  /** Without the words that over half of all memories hold, when that leaves any: those add next to nothing to a score. */
  readonly tellingMatch?: string
  /** Sum of the words' inverse document frequencies. */
  readonly ceiling: number
}

/** bm25() with our weights, larger is better: FTS5 gives negative numbers for the sake of ORDER BY. */
export const BM25_SQL = `-bm25(memory_words, ${FIELD_WEIGHTS.content}, ${FIELD_WEIGHTS.summary}, ${FIELD_WEIGHTS.tags})`

/** The FTS5 table of live memories: rowid is the memory's `seq`. */
export class SqliteTextIndex {
  readonly #connection: SqliteConnection
  readonly #insert
  readonly #remove
  readonly #documents
  readonly #documentsWith

  constructor(connection: SqliteConnection) {
    this.#connection = connection
    this.#insert = connection.prepare('INSERT OR REPLACE INTO memory_words (rowid, content, summary, tags) VALUES (?, ?, ?, ?)')
    this.#remove = connection.prepare('DELETE FROM memory_words WHERE rowid = ?')
    this.#documents = connection.prepare('SELECT block FROM memory_words_data WHERE id = 1').pluck()
    this.#documentsWith = connection.prepare('SELECT doc FROM memory_terms WHERE term = ?').pluck()
  }

  put(seq: number, text: SearchableText): void {
    this.#insert.run(seq, indexText(text.content), indexText(text.summary ?? ''), indexText(text.tags.join(' ')))
  }

  remove(seq: number): void {
    this.#remove.run(seq)
  }

  ask(text: string): WordQuestion | undefined {
    const terms = queryTerms(text)
    if (terms.length === 0) return undefined
    // The blob of FTS5's averages record, as bm25() reads it; an integer of fts5vocab, or no row.
    const documents = firstVarint(this.#documents.get() as Uint8Array | undefined)
    const weighed = terms.map((term) => {
      return { term, weight: inverseDocumentFrequency(documents, (this.#documentsWith.get(term) as number | undefined) ?? 0) }
    })
    const telling = weighed.filter(({ weight }) => weight > LEAST_WEIGHT)
    return {
      match: toMatch(weighed),
      ...(telling.length > 0 && telling.length < weighed.length && { tellingMatch: toMatch(telling) }),
      ceiling: weighed.reduce((sum, { weight }) => sum + weight, 0),
    }
  }

  /** Indexes everything anew if the index was made by other rules than today's. */
  rebuildIfOutdated(): void {
    const version = this.#connection.prepare("SELECT value FROM index_state WHERE name = 'search-text'").pluck()
    const rebuild = this.#connection.transaction(() => {
      // Another process may have done it while we waited for the lock.
      if (version.get() !== SEARCH_TEXT_VERSION) this.#rebuild()
    })
    if (version.get() !== SEARCH_TEXT_VERSION) rebuild.immediate()
  }

  /** What does not fit together between the index and the memories. */
  check(): string[] {
    const problems: string[] = []
    try {
      this.#connection.exec("INSERT INTO memory_words (memory_words) VALUES ('integrity-check')")
    } catch (error) {
      problems.push(`the word index is damaged: ${String(error)}`)
    }
    const missing = this.#connection
      .prepare('SELECT count(*) FROM memories WHERE deleted_at IS NULL AND seq NOT IN (SELECT rowid FROM memory_words)')
      .pluck()
      .get()
    const extra = this.#connection
      .prepare('SELECT count(*) FROM memory_words WHERE rowid NOT IN (SELECT seq FROM memories WHERE deleted_at IS NULL)')
      .pluck()
      .get()
    if (missing !== 0) problems.push(`${String(missing)} memories are missing from the word index`)
    if (extra !== 0) problems.push(`${String(extra)} entries of the word index belong to no live memory`)
    return problems
  }

  #rebuild(): void {
    this.#connection.exec("INSERT INTO memory_words (memory_words) VALUES ('delete-all')")
    const tagsOf = this.#connection.prepare('SELECT tag FROM memory_tags WHERE memory_seq = ? ORDER BY position').pluck()
    const page = this.#connection.prepare(
      'SELECT seq, content, summary FROM memories WHERE deleted_at IS NULL AND seq > ? ORDER BY seq LIMIT 100',
    )
    let after = 0
    for (;;) {
      // The columns named above.
      const rows = page.all(after) as { seq: number; content: string; summary: string | null }[]
      for (const { seq, content, summary } of rows) this.put(seq, { content, summary: summary ?? '', tags: tagsOf.all(seq) as string[] })
      const last = rows.at(-1)
      if (!last) break
      after = last.seq
    }
    this.#connection.prepare("INSERT OR REPLACE INTO index_state (name, value) VALUES ('search-text', ?)").run(SEARCH_TEXT_VERSION)
  }
}

const LEAST_WEIGHT = inverseDocumentFrequency(1, 1)

function toMatch(words: readonly { readonly term: string }[]): string {
  return words.map(({ term }) => `"${term}"`).join(' OR ')
}

/**
 * The first number of FTS5's averages record: how many rows the table has (fts5_index.c, "Averages Record"). Counting them
 * takes milliseconds, and every question asks.
 */
function firstVarint(blob: Uint8Array | undefined): number {
  let value = 0
  for (const byte of blob ?? []) {
    value = value * 128 + (byte & 0x7f)
    if (byte < 0x80) return value
  }
  return value
}
