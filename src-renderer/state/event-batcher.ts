import type { ServerEvent } from '../api/types.ts'

export interface EventBatch {
  readonly events: readonly ServerEvent[]
  /** True if so many came at once that some were dropped: what is shown must be loaded anew. */
  readonly isIncomplete: boolean
}

const MOST_WAITING = 2000
const WAIT_MS = 100

/** Gathers events so that a burst costs one update of the page, not one each. Holds a bounded number. */
export class EventBatcher {
  #waiting: ServerEvent[] = []
  #isIncomplete = false
  #timer: ReturnType<typeof setTimeout> | undefined
  readonly #deliver: (batch: EventBatch) => void

  constructor(deliver: (batch: EventBatch) => void) {
    this.#deliver = deliver
  }

  add(event: ServerEvent): void {
    if (this.#waiting.length < MOST_WAITING) this.#waiting.push(event)
    else this.#isIncomplete = true
    this.#timer ??= setTimeout(() => this.flush(), WAIT_MS)
  }

  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const batch = { events: this.#waiting, isIncomplete: this.#isIncomplete }
    this.#waiting = []
    this.#isIncomplete = false
    if (batch.events.length > 0) this.#deliver(batch)
  }
}
