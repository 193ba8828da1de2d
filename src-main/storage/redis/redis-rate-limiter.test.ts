import { expect, it } from 'vitest'
import { rateLimiterConformance } from '../../base/rate-limiter.conformance.ts'
import { VolatileRateLimiter } from '../volatile/volatile-rate-limiter.ts'
import { RedisRateLimiter } from './redis-rate-limiter.ts'
import { describeOnRedis, mockLink } from './testing/redis-fixture.ts'

rateLimiterConformance('RedisRateLimiter on ioredis-mock', async (limit) => {
  const link = await mockLink()
  return { limiter: new RedisRateLimiter(link, limit, new VolatileRateLimiter(limit)), close: () => link.close() }
})

describeOnRedis('RedisRateLimiter on a real Redis', (redis) => {
  const open = async (limit: { requests: number; periodSeconds: number }, prefix?: string) => {
    const link = await redis.link(prefix === undefined ? {} : { prefix })
    return { link, limiter: new RedisRateLimiter(link, limit, new VolatileRateLimiter(limit)) }
  }

  rateLimiterConformance('RedisRateLimiter', async (limit) => ({ limiter: (await open(limit)).limiter, close: () => undefined }))

  it('counts what all instances admit', async () => {
    const limit = { requests: 10, periodSeconds: 60 }
    const instances = await Promise.all([1, 2, 3].map(() => open(limit, 'shared:')))
    const tries = Array.from({ length: 30 }, (_, index) => instances[index % 3]!.limiter.admit('a'))
    expect((await Promise.allSettled(tries)).filter(({ status }) => status === 'fulfilled')).toHaveLength(10)
  })

  it('holds to the limit by itself while Redis is away, from what it had counted, and is global again after', async () => {
    const limit = { requests: 4, periodSeconds: 60 }
    const { link, limiter } = await open(limit)
    for (let count = 0; count < 3; count += 1) await limiter.admit('a')
    await redis.server().kill()
    const start = performance.now()
    const during = await Promise.allSettled([1, 2, 3].map(() => limiter.admit('a')))
    expect(during.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(performance.now() - start).toBeLessThan(3_000)
    await expect.poll(() => link.isUp, { timeout: 5_000 }).toBe(false)
    await redis.server().startAgain()
    expect(await link.ready(10_000)).toBe(true)
    for (let count = 0; count < 4; count += 1) await limiter.admit('b')
    await expect(limiter.admit('b')).rejects.toMatchObject({ code: 'rate_limited' })
  })

  it('waits no longer than the time of a command for a server that hangs, and not at all for the next', async () => {
    const { link, limiter } = await open({ requests: 100, periodSeconds: 60 })
    redis.server().freeze()
    try {
      const start = performance.now()
      await limiter.admit('a')
      expect(performance.now() - start).toBeLessThan(3_000)
      await expect.poll(() => link.isUp, { timeout: 5_000 }).toBe(false)
      const next = performance.now()
      await limiter.admit('a')
      expect(performance.now() - next).toBeLessThan(300)
    } finally {
      redis.server().thaw()
    }
    expect(await link.ready(10_000)).toBe(true)
  })
})
