import { unlimited } from '../base/rate-limiter.ts'
import type { RateLimit, RateLimiter } from '../base/rate-limiter.ts'
import type { ServerConfig } from '../config/config.ts'
import type { ServerState } from '../storage/open-state.ts'

/** Everything that is limited by rate, on all instances together where they share a Redis. */
export interface RateLimits {
  /** Requests of one agent. */
  readonly agent: RateLimiter
  /** Calls of costly tools by one agent. */
  readonly costly: RateLimiter
  /** Requests of one address. */
  readonly address: RateLimiter
  /** Failed sign-ins of one address: limited also where requests are not. */
  readonly failures: RateLimiter
}

/** `rateLimit` is read at each request: it may change while the server runs. */
export function createRateLimits(
  { rateLimit }: Pick<ServerConfig, 'rateLimit'>,
  state: Pick<ServerState, 'limiter' | 'limiterOf'>,
): RateLimits {
  const of = (name: string, requests: () => number, first?: RateLimiter): RateLimiter =>
    new FollowingLimiter(
      (limit) => state.limiterOf(name, limit),
      () => ({ requests: requests(), periodSeconds: rateLimit.periodSeconds }),
      first,
    )
  const whenEnabled = (limiter: RateLimiter): RateLimiter => ({ admit: (key) => (rateLimit.enabled ? limiter : unlimited).admit(key) })
  return {
    agent: whenEnabled(of('agent', () => rateLimit.requests, state.limiter)),
    costly: whenEnabled(of('costly', () => rateLimit.costlyRequests)),
    address: whenEnabled(of('address', () => rateLimit.addressRequests)),
    failures: of('failed-sign-in', () => rateLimit.failedSignIns),
  }
}

/** A limiter that is made anew, with its counts at zero, when its limit is another one. */
class FollowingLimiter implements RateLimiter {
  readonly #make: (limit: RateLimit) => RateLimiter
  readonly #limitNow: () => RateLimit
  #limit: RateLimit
  #limiter: RateLimiter

  constructor(make: (limit: RateLimit) => RateLimiter, limitNow: () => RateLimit, first?: RateLimiter) {
    this.#make = make
    this.#limitNow = limitNow
    this.#limit = limitNow()
    this.#limiter = first ?? make(this.#limit)
  }

  admit(key: string): Promise<void> {
    const limit = this.#limitNow()
    if (limit.requests !== this.#limit.requests || limit.periodSeconds !== this.#limit.periodSeconds) {
      this.#limit = limit
      this.#limiter = this.#make(limit)
    }
    return this.#limiter.admit(key)
  }
}
