import type { EmbeddingThread } from './embedding-thread.ts'

/** Texts in one call that speak of an import or a new model, not of somebody storing a memory now and then. */
const BULK_TEXTS = 16
/** What is asked for within this time of each other belongs together, in milliseconds: a portion takes less. */
const MAX_GAP_MS = 2_000
/** After the last bulk the second thread and its memory go, in milliseconds. */
const IDLE_MS = 10_000
/** Questions have the machine for themselves for this long, in milliseconds: the next one often follows. */
const QUIET_AFTER_QUESTION_MS = 500

/**
 * A second thread with the model, for as long as there is much to embed. One run of the model on two threads waits for the slower one and
 * makes both spin; two runs side by side share nothing, and each text still gets the vector it always gets.
 */
export class BulkHelper {
  readonly #open: () => EmbeddingThread
  readonly #afterMs: number
  #thread: EmbeddingThread | undefined
  #idle: NodeJS.Timeout | undefined
  #bulkSinceMs = -Infinity
  #lastBulkMs = -Infinity
  #lastQuestionMs = -Infinity
  #isClosed = false

  /** `afterMs`: how long bulk goes on before a thread is opened for it; Infinity: never. */
  constructor(open: () => EmbeddingThread, afterMs: number) {
    this.#open = open
    this.#afterMs = afterMs
  }

  /** Whether so many texts are so much that a second thread may come to help. */
  isMuch(count: number): boolean {
    return count >= BULK_TEXTS && this.#afterMs !== Infinity
  }

  /** The thread that may help at this moment; to be asked again and again while there is much to embed, for that is what opens it. */
  thread(): EmbeddingThread | undefined {
    if (this.#isClosed) return undefined
    const now = performance.now()
    if (now - this.#lastBulkMs > MAX_GAP_MS) this.#bulkSinceMs = now
    this.#lastBulkMs = now
    if (now - this.#bulkSinceMs < this.#afterMs) return undefined
    this.#thread ??= this.#open()
    clearTimeout(this.#idle)
    this.#idle = setTimeout(() => void this.#release(), IDLE_MS).unref()
    if (now - this.#lastQuestionMs < QUIET_AFTER_QUESTION_MS) return undefined
    return this.#thread.status.state.status === 'ready' ? this.#thread : undefined
  }

  questionAsked(): void {
    this.#lastQuestionMs = performance.now()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#idle)
    await this.#release()
  }

  async #release(): Promise<void> {
    const thread = this.#thread
    this.#thread = undefined
    await thread?.close()
  }
}
