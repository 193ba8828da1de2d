import { expect, it } from 'vitest'
import { silentLog } from '../../base/log.ts'
import { openStores } from '../open-stores.ts'
import { aRecord, sessionStoreConformance, sharedSessionConformance } from '../session-store.conformance.ts'
import { RedisSessionFleet } from './redis-session-fleet.ts'
import { RedisSessionStore } from './redis-session-store.ts'
import type { RedisLink } from './redis-link.ts'
import { describeOnRedis, mockLink } from './testing/redis-fixture.ts'

async function storesOn(link: RedisLink) {
  return { ...(await openStores({ provider: 'volatile' })), sessions: new RedisSessionStore(link) }
}

sessionStoreConformance('RedisSessionStore on ioredis-mock', async () => storesOn(await mockLink()))

describeOnRedis('RedisSessionStore on a real Redis', (redis) => {
  sessionStoreConformance('RedisSessionStore', async () => storesOn(await redis.link()))

  sharedSessionConformance('RedisSessionStore', async (holder) => {
    const link = await redis.link({ prefix: 'shared:' })
    const fleet = new RedisSessionFleet({ link, instance: holder, log: silentLog })
    fleet.join({ list: () => [], places: () => [], disconnect: () => Promise.resolve(), replaced: () => undefined })
    await expect.poll(() => link.run((commands) => commands.exists(`shared:instance:${holder}`))).toBe(1)
    return { store: new RedisSessionStore(link), die: () => fleet.close().then(() => fleet.farewell()) }
  })

  const now = Date.now()
  const record = aRecord('a', { savedAtMs: now })
  const claim = (holder: string) => ({
    connectedAs: record.connectedAs,
    nextHash: `next of ${holder}`,
    holder,
    nowMs: now,
    endsAtMs: now + 60_000,
  })

  it('gives a session to one of many instances that try at once', async () => {
    const stores = await Promise.all([1, 2, 3, 4].map(async () => new RedisSessionStore(await redis.link({ prefix: 'race:' }))))
    await stores[0]!.save(record, now + 60_000)
    const link = await redis.link({ prefix: 'race:' })
    for (const holder of stores.flatMap((_, index) => [1, 2, 3].map((n) => `${index}-${n}`)))
      await link.run((commands) => commands.set(`race:instance:${holder}`, '1', 'PX', 10_000))
    const tries = await Promise.all(stores.flatMap((store, index) => [1, 2, 3].map((n) => store.take('hash of a', claim(`${index}-${n}`)))))
    expect(tries.filter((taken) => taken !== undefined)).toHaveLength(1)
  })

  it('leaves nothing in Redis for good: every key has a time to live', async () => {
    const link = await redis.link({ prefix: 'ttl:' })
    const store = new RedisSessionStore(link)
    await store.save(record, now + 60_000)
    await store.take('hash of a', claim('there'))
    await store.extend('there', now, now + 90_000)
    const keys = await link.run((commands) => commands.keys('ttl:*'))
    expect(keys.length).toBeGreaterThanOrEqual(6)
    for (const key of keys) expect([key, (await link.run((commands) => commands.pttl(key))) > 0]).toEqual([key, true])
    await store.remove('a')
    expect(await link.run((commands) => commands.keys('ttl:resume:*'))).toEqual([])
  })

  it('does not sweep away what other instances serve when one has its bound', async () => {
    const store = new RedisSessionStore(await redis.link())
    for (const holder of ['x', 'y', 'z'])
      for (let n = 0; n < 2; n += 1) await store.save(aRecord(`${holder}${n}`, { holder, savedAtMs: now }), now + 60_000)
    expect(await store.prune({ nowMs: now, latestEndMs: now + 90_000, keep: 2 })).toBe(0)
    expect(await store.prune({ nowMs: now, latestEndMs: now + 90_000, keep: 1 })).toBe(3)
  })

  it('extends and prunes thousands', async () => {
    const store = new RedisSessionStore(await redis.link())
    const ids = Array.from({ length: 1_000 }, (_, index) => `many-${index}`)
    await Promise.all(ids.map((id) => store.save(aRecord(id, { savedAtMs: now }), now + 60_000)))
    await store.extend('here', now, now + 120_000)
    expect(await store.prune({ nowMs: now + 60_000, latestEndMs: now + 180_000, keep: 10_000 })).toBe(0)
    expect(await store.prune({ nowMs: now + 120_000, latestEndMs: now + 240_000, keep: 10_000 })).toBe(1_000)
  })
})
