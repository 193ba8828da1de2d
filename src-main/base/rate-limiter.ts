import { AppError } from './errors.ts'

/** PORT. Admits or refuses one request of a key. */
export interface RateLimiter {
  /** Throws `rate_limited` with `details.retry_after_seconds` when the key has used up its requests. */
  admit(key: string): Promise<void>
}

/** `requests` of each key in `periodSeconds`, counted from the first of them. */
export interface RateLimit {
  readonly requests: number
  readonly periodSeconds: number
}

export const unlimited: RateLimiter = { admit: () => Promise.resolve() }

/** What a key is told that has used up its requests; `waitMs` until the next is admitted. */
export function tooManyRequests({ requests, periodSeconds }: RateLimit, waitMs: number): AppError {
  // Periods are counted by wall clocks, which may have been set back.
  const seconds = Math.min(periodSeconds, Math.max(1, Math.ceil(waitMs / 1000)))
  const message = `Too many requests: ${requests} in ${periodSeconds} s are allowed. Try again in ${seconds} s.`
  return new AppError('rate_limited', message, { details: { retry_after_seconds: seconds } })
}
