import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible'
import { tooManyRequests } from '../../base/rate-limiter.ts'
import type { RateLimit, RateLimiter } from '../../base/rate-limiter.ts'
import type { RedisLink } from './redis-link.ts'

/**
 * One limit for all instances. While Redis is away each holds to it by itself, which is stricter than none: what this instance admits
 * is counted here all the time, so nobody starts anew with an outage.
 */
export class RedisRateLimiter implements RateLimiter {
  readonly #link: RedisLink
  readonly #limit: RateLimit
  readonly #local: RateLimiter
  readonly #limiter: RateLimiterRedis

  /** `name` tells the counts of several limits apart. */
  constructor(link: RedisLink, limit: RateLimit, local: RateLimiter, name?: string) {
    this.#link = link
    this.#limit = limit
    this.#local = local
    this.#limiter = new RateLimiterRedis({
      storeClient: link.client,
      keyPrefix: name === undefined ? `${link.prefix}rate` : `${link.prefix}rate-${name}`,
      points: limit.requests,
      duration: limit.periodSeconds,
      // Who has used up everything is refused without asking Redis again: a flood costs it nothing.
      inMemoryBlockOnConsumed: limit.requests + 1,
    })
  }

  async admit(key: string): Promise<void> {
    const admittedHere = this.#local.admit(key)
    // Whether it counts is known only below.
    admittedHere.catch(() => undefined)
    if (!this.#link.isUp) return admittedHere
    try {
      await this.#limiter.consume(key)
    } catch (error) {
      if (error instanceof RateLimiterRes) throw tooManyRequests(this.#limit, error.msBeforeNext)
      this.#link.failed(error)
      return admittedHere
    }
  }
}
