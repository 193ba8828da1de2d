import { performance } from 'node:perf_hooks'
import { messageOf } from '../../base/errors.ts'

export interface StoreProbeOptions {
  /** A trivial question to the store. */
  readonly ping: () => Promise<void>
  /** Settles when the store has stopped for good without having been asked to. */
  readonly died?: Promise<Error>
  /** Monotonic milliseconds; for tests. */
  readonly now?: () => number
}

/** Why the store does not work; undefined when it does. */
export type StoreProblem = string | undefined

/** How long somebody who asks waits for the store's answer at most, in milliseconds. */
const ANSWER_BUDGET_MS = 2_000

/**
 * Asks the store whether it works, for any number of askers: one question is under way at most, so that a store that hangs is not
 * buried under questions, and nobody waits longer than the budget.
 */
export class StoreProbe {
  readonly #ping: () => Promise<void>
  readonly #now: () => number
  #asked: { readonly sinceMs: number; readonly answer: Promise<StoreProblem> } | undefined
  #death: Error | undefined

  constructor({ ping, died, now = () => performance.now() }: StoreProbeOptions) {
    this.#ping = ping
    this.#now = now
    void died?.then((reason) => (this.#death = reason))
  }

  /** Why the store will not come back in this process; undefined while it may. */
  get death(): Error | undefined {
    return this.#death
  }

  /** How long the question that is under way has waited for its answer, in milliseconds; 0 when there is none. */
  get waitingMs(): number {
    return this.#asked ? this.#now() - this.#asked.sinceMs : 0
  }

  /** Asks, unless a question is under way. Returns at once. */
  poke(): void {
    void this.#ask()
  }

  async problem(budgetMs = ANSWER_BUDGET_MS): Promise<StoreProblem> {
    const answer = this.#ask()
    let timer: NodeJS.Timeout | undefined
    const tooLate = new Promise<StoreProblem>((resolve) => {
      timer = setTimeout(() => resolve(`it did not answer within ${budgetMs / 1000} s`), budgetMs)
    })
    try {
      return await Promise.race([answer, tooLate])
    } finally {
      clearTimeout(timer)
    }
  }

  #ask(): Promise<StoreProblem> {
    if (this.#asked) return this.#asked.answer
    const answer = this.#askOnce()
    this.#asked = { sinceMs: this.#now(), answer }
    return answer
  }

  async #askOnce(): Promise<StoreProblem> {
    try {
      // In a turn of its own, so that `#asked` is set before it can be cleared.
      await Promise.resolve()
      await this.#ping()
      return undefined
    } catch (error) {
      return messageOf(error)
    } finally {
      this.#asked = undefined
    }
  }
}
