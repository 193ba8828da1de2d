import type { PlacedText, SearchIndex } from '../sql/search-index.ts'
import type { MemoryTransaction } from '../sql/sql-schema.ts'
import type { SqliteConnection } from './sqlite-driver.ts'
import { ForeignChanges } from './sqlite-foreign-changes.ts'
import { SqliteTextIndex } from './sqlite-text-index.ts'
import { SqliteVectorIndex } from './sqlite-vector-index.ts'

/**
 * Words in FTS5, vectors in `memory_vectors`, and in memory what searches read of both. The one connection makes all changes part of the
 * open transaction; what is in memory is forgotten when that fails, and `sync` takes over what another process has written to the file.
 */
export class SqliteSearchIndex implements SearchIndex {
  readonly text: SqliteTextIndex
  readonly vectors: SqliteVectorIndex
  readonly #foreign: ForeignChanges

  constructor(connection: SqliteConnection) {
    this.text = new SqliteTextIndex(connection)
    this.vectors = new SqliteVectorIndex(connection)
    this.#foreign = new ForeignChanges(connection)
  }

  /** Takes over what other processes have committed. To be called outside of transactions, before the index is asked. */
  sync(): void {
    const changed = this.#foreign.take()
    this.text.follow(changed)
    this.vectors.follow(changed)
  }

  /** Says how the transaction of the changes since the last call ended. */
  settle(isCommitted: boolean): void {
    this.text.settle(isCommitted)
    this.vectors.settle(isCommitted)
  }

  addTexts(tx: MemoryTransaction, texts: readonly PlacedText[]): Promise<void> {
    return this.putTexts(tx, texts)
  }

  putTexts(_tx: MemoryTransaction, texts: readonly PlacedText[]): Promise<void> {
    return settled(() => {
      for (const { seq, text } of texts) this.text.put(seq, text)
    })
  }

  removeText(_tx: MemoryTransaction, seq: number): Promise<void> {
    return settled(() => this.text.remove(seq))
  }

  addVectors(_tx: MemoryTransaction, seqs: readonly number[], modelId?: number): Promise<void> {
    return settled(() => {
      for (const seq of seqs) this.vectors.add(seq, modelId)
    })
  }

  removeVectors(_tx: MemoryTransaction, seqs: readonly number[], modelId?: number): Promise<void> {
    return settled(() => {
      for (const seq of seqs) this.vectors.remove(seq, modelId)
    })
  }

  addModel(): Promise<void> {
    // The index in memory needs no table.
    return Promise.resolve()
  }

  removeModel(_tx: MemoryTransaction, modelId: number): Promise<void> {
    return settled(() => this.vectors.forget(modelId))
  }
}

/** The port is asynchronous for drivers that are; a throw must become a rejection. */
function settled(work: () => void): Promise<void> {
  return new Promise((resolve) => {
    work()
    resolve()
  })
}
