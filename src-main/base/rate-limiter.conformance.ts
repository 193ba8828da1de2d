import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { RateLimit, RateLimiter } from './rate-limiter.ts'

export interface OpenedLimiter {
  readonly limiter: RateLimiter
  readonly close: () => void | Promise<void>
}

/** What an implementation of RateLimiter keeps to. `open` gives one that has counted nothing. */
export function rateLimiterConformance(name: string, open: (limit: RateLimit) => Promise<OpenedLimiter>): void {
  describe(`${name} as a RateLimiter`, () => {
    const opened: OpenedLimiter[] = []
    const limiterOf = async (limit: RateLimit): Promise<RateLimiter> => {
      const one = await open(limit)
      opened.push(one)
      return one.limiter
    }
    beforeEach(() => vi.restoreAllMocks())
    afterEach(async () => {
      vi.restoreAllMocks()
      for (const { close } of opened.splice(0)) await close()
    })

    it('admits what is allowed for each key, then says when to come back', async () => {
      const limiter = await limiterOf({ requests: 2, periodSeconds: 1 })
      await limiter.admit('a')
      await limiter.admit('a')
      await expect(limiter.admit('a')).rejects.toMatchObject({
        code: 'rate_limited',
        details: { retry_after_seconds: 1 },
        message: 'Too many requests: 2 in 1 s are allowed. Try again in 1 s.',
      })
      await limiter.admit('b')
      await new Promise((resolve) => setTimeout(resolve, 1_100))
      await limiter.admit('a')
    })

    it('admits no more than is allowed of many that come at once', async () => {
      const limiter = await limiterOf({ requests: 7, periodSeconds: 60 })
      const outcomes = await Promise.allSettled(Array.from({ length: 50 }, () => limiter.admit('a')))
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(7)
    })

    it('never asks for more than a period of patience, whatever the wall clock says', async () => {
      const limiter = await limiterOf({ requests: 1, periodSeconds: 60 })
      await limiter.admit('a')
      vi.spyOn(Date, 'now').mockReturnValue(Date.now() - 7_200_000)
      await expect(limiter.admit('a')).rejects.toMatchObject({ details: { retry_after_seconds: 60 } })
    })

    it('takes any key for what it is', async () => {
      const limiter = await limiterOf({ requests: 1, periodSeconds: 60 })
      for (const key of ['constructor', 'toString', 'hasOwnProperty', 'a:b', '*', 'ñ 🌊']) {
        await limiter.admit(key)
        await expect(limiter.admit(key)).rejects.toMatchObject({ code: 'rate_limited' })
      }
    })
  })
}
