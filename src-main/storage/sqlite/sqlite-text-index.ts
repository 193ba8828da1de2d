import { indexText, SEARCH_TEXT_VERSION } from '../search-text.ts'
import type { SearchableText } from '../sql/search-index.ts'
import { countWords } from '../word-counts.ts'
import type { SqliteConnection } from './sqlite-driver.ts'
import { SqliteWordScores } from './sqlite-word-scores.ts'

/** The FTS5 table of live memories: rowid is the memory's `seq`. */
export class SqliteTextIndex {
  readonly #connection: SqliteConnection
  readonly scores: SqliteWordScores
  readonly #insert
  readonly #remove
  readonly #liveText
  readonly #tagsOf
  #hasUnsettledChanges = false

  constructor(connection: SqliteConnection) {
    this.#connection = connection
    this.#insert = connection.prepare('INSERT OR REPLACE INTO memory_words (rowid, content, summary, tags) VALUES (?, ?, ?, ?)')
    this.#remove = connection.prepare('DELETE FROM memory_words WHERE rowid = ?')
    this.#liveText = connection.prepare('SELECT content, summary FROM memories WHERE seq = ? AND deleted_at IS NULL')
    this.#tagsOf = connection.prepare('SELECT tag FROM memory_tags WHERE memory_seq = ? ORDER BY position').pluck()
    this.scores = new SqliteWordScores(connection)
  }

  put(seq: number, text: SearchableText): void {
    this.#insert.run(seq, indexText(text.content), indexText(text.summary ?? ''), indexText(text.tags.join(' ')))
    if (!this.scores.isLoaded) return
    this.#hasUnsettledChanges = true
    this.scores.put(seq, countWords(text))
  }

  remove(seq: number): void {
    this.#remove.run(seq)
    this.#hasUnsettledChanges = true
    this.scores.remove(seq)
  }

  /** Takes over what other processes have changed; undefined: that is not known one by one. */
  follow(changed: readonly number[] | undefined): void {
    if (!changed) this.scores.forget()
    if (!this.scores.isLoaded) return
    for (const seq of changed ?? []) {
      const row = this.#liveText.get(seq) as { content: string; summary: string | null } | undefined // the columns of the statement
      if (row)
        this.scores.put(seq, countWords({ content: row.content, summary: row.summary ?? '', tags: this.#tagsOf.all(seq) as string[] }))
      else this.scores.remove(seq)
    }
  }

  /** Says how the transaction of the changes since the last call ended. */
  settle(isCommitted: boolean): void {
    if (this.#hasUnsettledChanges && !isCommitted) this.scores.forget()
    this.#hasUnsettledChanges = false
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
    this.scores.forget()
    this.#connection.exec("INSERT INTO memory_words (memory_words) VALUES ('delete-all')")
    const page = this.#connection.prepare(
      'SELECT seq, content, summary FROM memories WHERE deleted_at IS NULL AND seq > ? ORDER BY seq LIMIT 100',
    )
    let after = 0
    for (;;) {
      // The columns named above.
      const rows = page.all(after) as { seq: number; content: string; summary: string | null }[]
      for (const { seq, content, summary } of rows)
        this.put(seq, { content, summary: summary ?? '', tags: this.#tagsOf.all(seq) as string[] })
      const last = rows.at(-1)
      if (!last) break
      after = last.seq
    }
    this.#connection.prepare("INSERT OR REPLACE INTO index_state (name, value) VALUES ('search-text', ?)").run(SEARCH_TEXT_VERSION)
  }
}
