/**
 * Writes something that changes, one write at a time: what changes while one runs is in the next, and many changes at once are one
 * write. A write that fails is reported and not tried again before the next change.
 */
export class SessionKeeper {
  readonly #write: () => Promise<void>
  readonly #onFailure: (error: unknown) => void
  #running: Promise<void> = Promise.resolve()
  #next: Promise<void> | undefined
  #isStopped = false

  constructor(write: () => Promise<void>, onFailure: (error: unknown) => void) {
    this.#write = write
    this.#onFailure = onFailure
  }

  /** Settles when the state at the time of the call is written, or could not be. Never rejects. */
  save(): Promise<void> {
    this.#next ??= this.#running.then(() => {
      this.#next = undefined
      if (this.#isStopped) return
      this.#running = this.#write().catch((error: unknown) => this.#onFailure(error))
      return this.#running
    })
    return this.#next
  }

  /** Nothing is written any more that has not begun. */
  stop(): void {
    this.#isStopped = true
  }
}
