import type { SqliteConnection } from './sqlite-driver.ts'

/** More than this is not worth following one by one. */
const MAX_FOLLOWED = 5_000

interface Mark {
  readonly rowid: number
  readonly memory_seq: number
  readonly version: number
}

/**
 * What other connections, such as a bridge that serves from this file, have changed since the last look. SQLite says by
 * `PRAGMA data_version` that there was something; what it was stands in the rows that every change adds: history, and vectors.
 */
export class ForeignChanges {
  readonly #connection: SqliteConnection
  readonly #version
  readonly #newestChange
  readonly #changeAt
  readonly #newestVector
  readonly #changedSince
  #dataVersion: unknown
  #mark: Mark | undefined
  #vectorId = 0

  constructor(connection: SqliteConnection) {
    this.#connection = connection
    this.#version = connection.prepare('PRAGMA data_version').pluck()
    this.#newestChange = connection.prepare('SELECT rowid, memory_seq, version FROM memory_history ORDER BY rowid DESC LIMIT 1')
    this.#changeAt = connection.prepare('SELECT 1 FROM memory_history WHERE rowid = ? AND memory_seq = ? AND version = ?').pluck()
    this.#newestVector = connection.prepare('SELECT coalesce(max(id), 0) FROM memory_vectors').pluck()
    this.#changedSince = connection
      .prepare('SELECT memory_seq FROM memory_history WHERE rowid > ? UNION SELECT memory_seq FROM memory_vectors WHERE id > ? LIMIT ?')
      .pluck()
  }

  /**
   * The `seq` of every memory that may have changed elsewhere, own changes among them; undefined if that cannot be told any more,
   * and everything may have. What was erased is not among them: nothing finds it, since its row is gone.
   */
  take(): readonly number[] | undefined {
    const dataVersion = this.#version.get()
    if (dataVersion === this.#dataVersion) return []
    // Asked before the look: what is committed meanwhile makes the next look find a new number.
    const isFirst = this.#dataVersion === undefined
    this.#dataVersion = dataVersion
    return this.#connection.transaction(() => this.#look(isFirst))()
  }

  #look(isFirst: boolean): readonly number[] | undefined {
    const mark = this.#mark
    // The rowid of an erased change may be given again. While the newest one we knew is there, all later ones lie above it.
    const isMarkThere = mark === undefined || this.#changeAt.get(mark.rowid, mark.memory_seq, mark.version) !== undefined
    const seqs = isFirst ? [] : (this.#changedSince.all(mark?.rowid ?? 0, this.#vectorId, MAX_FOLLOWED + 1) as number[])
    this.#mark = this.#newestChange.get() as Mark | undefined // the columns of the statement
    this.#vectorId = Math.max(this.#vectorId, this.#newestVector.get() as number)
    return isMarkThere && seqs.length <= MAX_FOLLOWED ? seqs : undefined
  }
}
