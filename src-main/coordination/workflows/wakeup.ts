import type { Clock } from '../../base/clock.ts'

/** Clocks jump and laptops sleep: a long wait looks at the time again after this, in milliseconds. */
const LOOK_AGAIN_MS = 30_000

/** Lets a loop sleep until something happens or a time comes. A signal that comes while nobody waits is not lost. */
export class Wakeup {
  readonly #clock: Clock
  #isSignalled = false
  #wake: (() => void) | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  signal(): void {
    this.#isSignalled = true
    this.#wake?.()
  }

  /** Until a signal, or the wall time `dueMs` (epoch milliseconds) at the latest; may end earlier. */
  async wait(dueMs: number): Promise<void> {
    if (!this.#isSignalled) {
      await new Promise<void>((resolve) => {
        const afterMs = Math.max(1, Math.min(LOOK_AGAIN_MS, dueMs - this.#clock.now()))
        const timer = setTimeout(resolve, afterMs).unref()
        this.#wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
      this.#wake = undefined
    }
    this.#isSignalled = false
  }
}
