import type { EmbeddingThread } from './embedding-thread.ts'

/** Texts in one call that speak of an import or a new model, not of somebody storing a memory now and then. */
const BULK_TEXTS = 16
/** Calls that come within this time of each other belong together, in milliseconds. */
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
  #bulkSinceMs: number | undefined
  #lastBulkMs = -Infinity
  #lastQuestionMs = -Infinity
  #isClosed = false

  /** `afterMs`: how long bulk goes on before a thread is opened for it; Infinity: never. */
  constructor(open: () => EmbeddingThread, afterMs: number) {
    this.#open = open
    this.#afterMs = afterMs
  }

  /** The thread that may take half of so many texts; undefined while one thread is to do it all. */
  forTexts(count: number): EmbeddingThread | undefined {
    const now = performance.now()
    if (count < BULK_TEXTS || this.#isClosed || this.#afterMs === Infinity) return undefined
    if (now - this.#lastBulkMs > MAX_GAP_MS) this.#bulkSinceMs = now
    this.#lastBulkMs = now
    if (now - (this.#bulkSinceMs ?? now) < this.#afterMs) return undefined
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

/** Places of texts in two parts of about the same length. */
export function halves(texts: readonly string[]): [number[], number[]] {
  const parts: [number[], number[]] = [[], []]
  const lengths = [0, 0]
  const longestFirst = [...texts.keys()].sort((a, b) => (texts[b]?.length ?? 0) - (texts[a]?.length ?? 0))
  for (const place of longestFirst) {
    const part = (lengths[0] ?? 0) <= (lengths[1] ?? 0) ? 0 : 1
    parts[part].push(place)
    // Something for each run, however short the text.
    lengths[part] = (lengths[part] ?? 0) + (texts[place]?.length ?? 0) + 20
  }
  return parts
}
