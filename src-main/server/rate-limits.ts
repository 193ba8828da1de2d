import { unlimited } from '../base/rate-limiter.ts'
import type { RateLimiter } from '../base/rate-limiter.ts'
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

export function createRateLimits(
  { rateLimit }: Pick<ServerConfig, 'rateLimit'>,
  state: Pick<ServerState, 'limiter' | 'limiterOf'>,
): RateLimits {
  const { enabled, periodSeconds, costlyRequests, addressRequests, failedSignIns } = rateLimit
  const of = (name: string, requests: number): RateLimiter => state.limiterOf(name, { requests, periodSeconds })
  const failures = of('failed-sign-in', failedSignIns)
  if (!enabled) return { agent: unlimited, costly: unlimited, address: unlimited, failures }
  return { agent: state.limiter, costly: of('costly', costlyRequests), address: of('address', addressRequests), failures }
}
