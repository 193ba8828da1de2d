import { expect, test } from 'vitest'
import { rateLimiterConformance } from '../../base/rate-limiter.conformance.ts'
import { VolatileRateLimiter } from './volatile-rate-limiter.ts'

rateLimiterConformance('VolatileRateLimiter', (limit) =>
  Promise.resolve({ limiter: new VolatileRateLimiter(limit), close: () => undefined }),
)

test('counts a bounded number of keys; the first of more starts anew', async () => {
  const limiter = new VolatileRateLimiter({ requests: 1, periodSeconds: 60 }, 3)
  for (const key of ['a', 'b', 'c']) await limiter.admit(key)
  await expect(limiter.admit('a')).rejects.toMatchObject({ code: 'rate_limited' })
  await limiter.admit('d')
  for (const key of ['b', 'c', 'd']) await expect(limiter.admit(key)).rejects.toMatchObject({ code: 'rate_limited' })
  await limiter.admit('a')
})
