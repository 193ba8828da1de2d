import type { PlacedText, SearchIndex } from '../sql/search-index.ts'
import type { MemoryTransaction } from '../sql/sql-schema.ts'
import type { SqliteTextIndex } from './sqlite-text-index.ts'
import type { SqliteVectorIndex } from './sqlite-vector-index.ts'

/** Words in FTS5, vectors in memory. The one connection makes all of it part of the open transaction. */
export class SqliteSearchIndex implements SearchIndex {
  readonly text: SqliteTextIndex
  readonly vectors: SqliteVectorIndex

  constructor(text: SqliteTextIndex, vectors: SqliteVectorIndex) {
    this.text = text
    this.vectors = vectors
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

  removeVectors(_tx: MemoryTransaction, seq: number, modelId?: number): Promise<void> {
    return settled(() => this.vectors.remove(seq, modelId))
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
