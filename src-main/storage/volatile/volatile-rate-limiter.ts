import { performance } from 'node:perf_hooks'
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import { tooManyRequests } from '../../base/rate-limiter.ts'
import type { RateLimit, RateLimiter } from '../../base/rate-limiter.ts'

/** Keys counted at once; of more, the one that was counted first starts anew. Names are free where sign-in is off. */
const MAX_KEYS = 10_000

/** Limits of one process. */
export class VolatileRateLimiter implements RateLimiter {
  readonly #limiter: RateLimiterMemory
  readonly #limit: RateLimit
  /** When each key's period began, in the order they began. */
  readonly #periods = new Map<string, number>()
  readonly #maxKeys: number

  constructor(limit: RateLimit, maxKeys = MAX_KEYS) {
    this.#maxKeys = maxKeys
    this.#limit = limit
    this.#limiter = new RateLimiterMemory({ points: limit.requests, duration: limit.periodSeconds })
  }

  async admit(key: string): Promise<void> {
    await this.#bound(key)
    try {
      await this.#limiter.consume(key)
    } catch (error) {
      if (error instanceof RateLimiterRes) throw tooManyRequests(this.#limit, error.msBeforeNext)
      throw error
    }
  }

  async #bound(key: string): Promise<void> {
    const now = performance.now()
    for (const [known, beganAt] of this.#periods) {
      const isOver = now - beganAt >= this.#limit.periodSeconds * 1000
      if (!isOver && (this.#periods.size < this.#maxKeys || this.#periods.has(key))) break
      this.#periods.delete(known)
      await this.#limiter.delete(known)
    }
    if (!this.#periods.has(key)) this.#periods.set(key, now)
  }
}
