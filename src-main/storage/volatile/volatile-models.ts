import type { KnownModel } from '../memory-store.ts'
import type { Entry } from './volatile-entry.ts'

/** Which models have vectors here, and which one is in use. */
export class VolatileModels {
  readonly #models = new Map<string, KnownModel>()
  #nextDropped = 1

  list(): KnownModel[] {
    return [...this.#models.values()]
  }

  /** Throws for vectors of another length than the model has had. */
  require({ modelId, dimensions }: { readonly modelId: string; readonly dimensions: number }): void {
    const known = this.#models.get(modelId)
    if (known && known.dimensions !== dimensions)
      throw new Error(`The model ${modelId} has ${known.dimensions} dimensions, not ${dimensions}.`)
    if (!known) this.#models.set(modelId, { modelId, dimensions, isInUse: false })
  }

  use({ modelId, dimensions, recipe }: Omit<KnownModel, 'isInUse'>): void {
    this.require({ modelId, dimensions })
    for (const [name, model] of this.#models) this.#models.set(name, { ...model, isInUse: false })
    this.#models.set(modelId, { modelId, dimensions, isInUse: true, ...(recipe !== undefined && { recipe }) })
  }

  drop(entries: ReadonlyMap<string, Entry>, keep: readonly string[], limit: number): number {
    for (const { modelId, isInUse } of this.list()) if (!isInUse && !keep.includes(modelId)) this.#forget(modelId, entries)
    let dropped = 0
    for (const { vectors } of entries.values()) {
      for (const modelId of vectors.keys()) {
        if (this.#models.has(modelId)) continue
        if (dropped >= limit) return dropped
        vectors.delete(modelId)
        dropped += 1
      }
    }
    return dropped
  }

  /** Its name is free from now on; the vectors wait under another. */
  #forget(modelId: string, entries: ReadonlyMap<string, Entry>): void {
    this.#models.delete(modelId)
    for (const { vectors } of entries.values()) {
      const own = vectors.get(modelId)
      if (!own) continue
      vectors.delete(modelId)
      vectors.set(`${modelId} (dropped ${this.#nextDropped++})`, own)
    }
  }
}
