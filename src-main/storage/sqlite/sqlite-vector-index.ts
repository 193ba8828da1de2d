import type { SqliteConnection } from './sqlite-driver.ts'
import { VectorScan } from './vector-scan.ts'

/**
 * The vectors of live memories for searching, one scan per embedding model, read from `memory_vectors` when a model is first asked
 * for and kept in step from then on. Changes join in at once; those of a transaction that then fails are undone by forgetting.
 */
export class SqliteVectorIndex {
  readonly #vectorsOf
  readonly #liveVectorsOf
  readonly #liveVectors
  readonly #dimensions
  readonly #byModel = new Map<number, VectorScan>()
  #hasUnsettledChanges = false

  constructor(connection: SqliteConnection) {
    this.#vectorsOf = connection.prepare('SELECT vector FROM memory_vectors WHERE memory_seq = ? AND model_id = ?').pluck()
    this.#liveVectorsOf = connection
      .prepare(
        'SELECT v.vector FROM memory_vectors v JOIN memories m ON m.seq = v.memory_seq WHERE v.memory_seq = ? AND v.model_id = ? AND m.deleted_at IS NULL',
      )
      .pluck()
    this.#liveVectors = connection
      .prepare(
        'SELECT v.memory_seq, v.vector FROM memory_vectors v JOIN memories m ON m.seq = v.memory_seq WHERE v.model_id = ? AND m.deleted_at IS NULL',
      )
      .raw()
    this.#dimensions = connection.prepare('SELECT dimensions FROM embedding_models WHERE id = ?').pluck()
  }

  /** Takes over what other processes have changed; undefined: that is not known one by one. */
  follow(changed: readonly number[] | undefined): void {
    if (!changed) this.#byModel.clear()
    for (const [model, index] of this.#byModel) {
      for (const seq of changed ?? []) {
        index.remove(seq)
        for (const vector of this.#liveVectorsOf.all(seq, model) as Uint8Array[]) index.add(seq, vector)
      }
    }
  }

  /** Adds what `memory_vectors` holds for a memory, of one model or of all. */
  add(seq: number, modelId?: number): void {
    for (const [model, index] of this.#loaded(modelId)) {
      for (const vector of this.#vectorsOf.all(seq, model) as Uint8Array[]) index.add(seq, vector)
    }
  }

  /** Takes a memory out, of one model or of all. */
  remove(seq: number, modelId?: number): void {
    for (const [, index] of this.#loaded(modelId)) index.remove(seq)
  }

  ofModel(modelId: number): VectorScan {
    const known = this.#byModel.get(modelId)
    if (known) return known
    const index = new VectorScan(this.#dimensions.get(modelId) as number)
    for (const row of this.#liveVectors.iterate(modelId)) {
      const [seq, vector] = row as [number, Uint8Array]
      index.add(seq, vector)
    }
    this.#byModel.set(modelId, index)
    return index
  }

  /** Lets go of a model's vectors; they are read again if it is asked for. */
  forget(modelId: number): void {
    this.#byModel.delete(modelId)
  }

  /** Says how the transaction of the changes since the last call ended. */
  settle(isCommitted: boolean): void {
    if (this.#hasUnsettledChanges && !isCommitted) this.#byModel.clear()
    this.#hasUnsettledChanges = false
  }

  #loaded(modelId: number | undefined): (readonly [number, VectorScan])[] {
    this.#hasUnsettledChanges = true
    return [...this.#byModel].filter(([model]) => modelId === undefined || model === modelId)
  }
}
