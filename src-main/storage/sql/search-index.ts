import type { HoldRows } from './hold-rows.ts'
import type { MemoryDb, MemoryTransaction } from './sql-schema.ts'

/**
 * What a dialect does to make memories findable, called within the transaction that changes them. Only live memories are in
 * the index; the vectors themselves stay in `memory_vectors` while a memory is in the trash.
 */
export interface SearchIndex {
  /** Indexes the words of memories, each named once, that are not in the index. */
  addTexts(tx: MemoryTransaction, texts: readonly PlacedText[]): Promise<void>
  /** Indexes the words of memories, each named once, in place of those they had. */
  putTexts(tx: MemoryTransaction, texts: readonly PlacedText[]): Promise<void>
  removeText(tx: MemoryTransaction, seq: number): Promise<void>
  /** Indexes what `memory_vectors` holds for memories, of one model or of all. */
  addVectors(tx: MemoryTransaction, seqs: readonly number[], modelId?: number): Promise<void>
  /** More vectors of a model are about to come than anybody stores by hand: what makes them quick to search may wait for `settle` of the transfer port. */
  expectMany?(tx: MemoryTransaction, modelId: number): Promise<void>
  /** Takes them out, before their rows change or go. */
  removeVectors(tx: MemoryTransaction, seqs: readonly number[], modelId?: number): Promise<void>
  /** A model is about to have its first vector; every memory that is there by then is on its backlog after this. */
  addModel(tx: MemoryTransaction, modelId: number, dimensions: number): Promise<void>
  /** Nothing asks for a model's vectors any more, and they are about to be erased. May be told more than once. */
  removeModel(tx: MemoryTransaction, modelId: number): Promise<void>
}

export interface SearchableText {
  readonly content: string
  readonly summary?: string | undefined
  readonly tags: readonly string[]
}

/** The text of a memory, and the number that all else of it hangs on. */
export interface PlacedText {
  readonly seq: number
  readonly text: SearchableText
}

/** What the statements of this folder work with. */
export interface SqlParts {
  readonly db: MemoryDb
  readonly index: SearchIndex
  readonly hold?: HoldRows
}
