import { messageOf } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import type { MemoryStore } from '../storage/memory-store.ts'

/** After the store could not do it, in milliseconds: it may be for want of space. */
const RETRY_MS = 60_000

/** Lets the store make a new model's vectors quick to search before they are used, while all else goes on. */
export class ModelPreparation {
  readonly #parts: { readonly store: MemoryStore; readonly log: Log; readonly onEnd: () => void }
  readonly #abort = new AbortController()
  #running: Promise<void> | undefined
  #ready: string | undefined
  #notBeforeMs = 0

  /** `onEnd` is called when one has ended, well or not. */
  constructor(parts: { readonly store: MemoryStore; readonly log: Log; readonly onEnd: () => void }) {
    this.#parts = parts
  }

  /** Whether a model of which all vectors are there may be put in use. If not yet, it is made so. */
  isReady(modelId: string): boolean {
    if (!this.#parts.store.prepareModel || this.#ready === modelId) return true
    if (!this.#running && !this.#abort.signal.aborted && performance.now() >= this.#notBeforeMs) {
      this.#running = this.#prepare(modelId).finally(() => {
        this.#running = undefined
        if (!this.#abort.signal.aborted) this.#parts.onEnd()
      })
    }
    return false
  }

  /** The change has ended, or was taken back: the next one begins from nothing. */
  forget(): void {
    this.#ready = undefined
  }

  async close(): Promise<void> {
    this.#abort.abort()
    await this.#running
  }

  async #prepare(modelId: string): Promise<void> {
    const { store, log } = this.#parts
    try {
      await store.prepareModel?.(modelId, this.#abort.signal)
      this.#ready = modelId
    } catch (error) {
      if (this.#abort.signal.aborted) return
      this.#notBeforeMs = performance.now() + RETRY_MS
      log.warn(
        { err: error, model: modelId },
        `the index of the new vectors could not be built (${messageOf(error)}); tried again in a minute`,
      )
    }
  }
}
