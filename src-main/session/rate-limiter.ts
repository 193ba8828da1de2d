import { performance } from 'node:perf_hooks'
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import { AppError } from '../base/errors.ts'

/** PORT. Admits or refuses one request of a key. */
export interface RateLimiter {
  /** Throws `rate_limited` with `details.retry_after_seconds` when the key has used up its requests. */
  admit(key: string): Promise<void>
}

export const unlimited: RateLimiter = { admit: () => Promise.resolve() }

/** Keys counted at once; of more, the one that was counted first starts anew. Names are free where sign-in is off. */
const MAX_KEYS = 10_000

/** Limits of one process: `requests` in `periodSeconds` for each key. */
export class LocalRateLimiter implements RateLimiter {
  readonly #limiter: RateLimiterMemory
  readonly #requests: number
  readonly #periodSeconds: number
  /** When each key's period began, in the order they began. */
  readonly #periods = new Map<string, number>()
  readonly #maxKeys: number

  constructor(options: { readonly requests: number; readonly periodSeconds: number }, maxKeys = MAX_KEYS) {
    this.#maxKeys = maxKeys
    this.#requests = options.requests
    this.#periodSeconds = options.periodSeconds
    this.#limiter = new RateLimiterMemory({ points: options.requests, duration: options.periodSeconds })
  }

  async admit(key: string): Promise<void> {
    await this.#bound(key)
    try {
      await this.#limiter.consume(key)
    } catch (error) {
      if (!(error instanceof RateLimiterRes)) throw error
      // It counts by the wall clock, which may have been set back.
      const seconds = Math.min(this.#periodSeconds, Math.max(1, Math.ceil(error.msBeforeNext / 1000)))
      throw new AppError(
        'rate_limited',
        `Too many requests: ${this.#requests} in ${this.#periodSeconds} s are allowed. Try again in ${seconds} s.`,
        {
          details: { retry_after_seconds: seconds },
        },
      )
    }
  }

  async #bound(key: string): Promise<void> {
    const now = performance.now()
    for (const [known, beganAt] of this.#periods) {
      const isOver = now - beganAt >= this.#periodSeconds * 1000
      if (!isOver && (this.#periods.size < this.#maxKeys || this.#periods.has(key))) break
      this.#periods.delete(known)
      await this.#limiter.delete(known)
    }
    if (!this.#periods.has(key)) this.#periods.set(key, now)
  }
}
