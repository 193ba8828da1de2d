import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import { AppError } from '../base/errors.ts'

/** PORT. Admits or refuses one request of a key. */
export interface RateLimiter {
  /** Throws `rate_limited` with `details.retry_after_seconds` when the key has used up its requests. */
  admit(key: string): Promise<void>
}

export const unlimited: RateLimiter = { admit: () => Promise.resolve() }

/** Limits of one process: `requests` in `periodSeconds` for each key. */
export class LocalRateLimiter implements RateLimiter {
  readonly #limiter: RateLimiterMemory
  readonly #requests: number
  readonly #periodSeconds: number

  constructor(options: { readonly requests: number; readonly periodSeconds: number }) {
    this.#requests = options.requests
    this.#periodSeconds = options.periodSeconds
    this.#limiter = new RateLimiterMemory({ points: options.requests, duration: options.periodSeconds })
  }

  async admit(key: string): Promise<void> {
    try {
      await this.#limiter.consume(key)
    } catch (error) {
      if (!(error instanceof RateLimiterRes)) throw error
      const seconds = Math.max(1, Math.ceil(error.msBeforeNext / 1000))
      throw new AppError(
        'rate_limited',
        `Too many requests: ${this.#requests} in ${this.#periodSeconds} s are allowed. Try again in ${seconds} s.`,
        {
          details: { retry_after_seconds: seconds },
        },
      )
    }
  }
}
