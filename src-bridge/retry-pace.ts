import type { Failure } from './refusal.ts'
import type { Timings } from './timings.ts'

/** How long an outage may last before attempts nobody waits for become rare. */
const IDLE_AFTER_MS = 30_000

/** Decides when to try the server again: soon after a loss, ever less often, and gently after a refusal. */
export class RetryPace {
  readonly #timings: Timings
  readonly #random: () => number
  #attempts = 0

  constructor(timings: Timings, random: () => number = Math.random) {
    this.#timings = timings
    this.#random = random
  }

  /** The connection held: the next outage starts from the beginning. */
  reset(): void {
    this.#attempts = 0
  }

  /** Pause before the next attempt. */
  next(facts: { readonly failure: Failure | undefined; readonly isNeeded: boolean; readonly downForMs: number }): number {
    const { retryFirstMs, retryLongestMs, retryIdleMs, retryRefusedMs } = this.#timings
    const doubled = Math.min(retryFirstMs * 2 ** Math.min(this.#attempts++, 16), retryLongestMs)
    if (facts.failure?.isFinal) return this.#spread(retryRefusedMs)
    if (facts.failure?.retryAfterMs !== undefined) return Math.max(facts.failure.retryAfterMs, doubled)
    if (!facts.isNeeded && facts.downForMs > IDLE_AFTER_MS) return this.#spread(retryIdleMs)
    return this.#spread(doubled)
  }

  /** Shortest pause since the last attempt, when a request asks for another. */
  wokenGap(failure: Failure | undefined): number {
    if (failure?.isFinal) return this.#timings.retryRefusedWokenMs
    return failure?.retryAfterMs ?? this.#timings.retryFirstMs
  }

  /** Up to a quarter either way, so that the bridges of one machine do not all come at once. */
  #spread(ms: number): number {
    return ms * (0.75 + this.#random() * 0.5)
  }
}
