import { keptSignBits } from '../quantized-vector.ts'
import { SignBitIndex } from './sign-bit-index.ts'
import type { SqliteConnection } from './sqlite-driver.ts'

/**
 * The sign bits of live memories' vectors, one index per embedding model, read from `memory_vectors` when a model is first asked
 * for and kept in step from then on. Changes join in at once; those of a transaction that then fails are undone by forgetting.
 */
export class SqliteVectorIndex {
  readonly #vectorsOf
  readonly #liveVectors
  readonly #dimensions
  readonly #byModel = new Map<number, SignBitIndex>()
  #hasUnsettledChanges = false

  constructor(connection: SqliteConnection) {
    this.#vectorsOf = connection.prepare('SELECT vector FROM memory_vectors WHERE memory_seq = ? AND model_id = ?').pluck()
    this.#liveVectors = connection
      .prepare(
        'SELECT v.memory_seq, v.vector FROM memory_vectors v JOIN memories m ON m.seq = v.memory_seq WHERE v.model_id = ? AND m.deleted_at IS NULL',
      )
      .raw()
    this.#dimensions = connection.prepare('SELECT dimensions FROM embedding_models WHERE id = ?').pluck()
  }

  /** Adds what `memory_vectors` holds for a memory, of one model or of all. */
  add(seq: number, modelId?: number): void {
    for (const [model, index] of this.#loaded(modelId)) {
      for (const vector of this.#vectorsOf.all(seq, model) as Uint8Array[]) index.add(seq, keptSignBits(vector))
    }
  }

  /** Takes a memory out, of one model or of all. */
  remove(seq: number, modelId?: number): void {
    for (const [, index] of this.#loaded(modelId)) index.remove(seq)
  }

  ofModel(modelId: number): SignBitIndex {
    const known = this.#byModel.get(modelId)
    if (known) return known
    const index = new SignBitIndex(this.#dimensions.get(modelId) as number)
    for (const row of this.#liveVectors.iterate(modelId)) {
      const [seq, vector] = row as [number, Uint8Array]
      index.add(seq, keptSignBits(vector))
    }
    this.#byModel.set(modelId, index)
    return index
  }

  /** Says how the transaction of the changes since the last call ended. */
  settle(isCommitted: boolean): void {
    if (this.#hasUnsettledChanges && !isCommitted) this.#byModel.clear()
    this.#hasUnsettledChanges = false
  }

  #loaded(modelId: number | undefined): (readonly [number, SignBitIndex])[] {
    this.#hasUnsettledChanges = true
    return [...this.#byModel].filter(([model]) => modelId === undefined || model === modelId)
  }
}
