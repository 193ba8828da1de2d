import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { newId } from '../../base/ids.ts'
import { alice, aMemory, by, OWNER, put, T0 } from '../fixtures.conformance.ts'
import { CuttingProxy } from './cutting-proxy.fixture.ts'
import { openPostgresStores } from './open-postgres-stores.ts'
import type { PostgresStores } from './open-postgres-stores.ts'
import { describePostgres, optionsOf, runSql } from './postgres.fixture.ts'

/** What a caller may have to wait, with the neighbours of a busy machine. */
const DEADLINE_MS = 10_000

async function timed(work: Promise<unknown>): Promise<{ readonly ms: number; readonly error: unknown }> {
  const begun = performance.now()
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  return { ms: performance.now() - begun, error }
}

describePostgres('a Postgres that goes away', (cluster) => {
  let stores: PostgresStores
  beforeAll(async () => {
    stores = await openPostgresStores(optionsOf(cluster().url))
  })
  afterAll(() => stores.memories.close())

  it('makes every call fail in time, and works again without a restart of ours', async () => {
    const kept = await put(stores.memories)
    await cluster().stop()
    const calls = [
      stores.memories.insert(aMemory(), by(alice)),
      stores.memories.get(kept.id, alice, { now: T0 }),
      stores.memories.candidates({ now: T0, text: 'x', candidateLimit: 5, includeShared: true, includeSuperseded: false }, alice),
      stores.tasks.get(newId(), OWNER),
      stores.executions.runners(T0),
      stores.agents.see('a', 'b', T0),
      stores.takeTurn('x'),
    ]
    for (const { ms, error } of await Promise.all(calls.map(timed))) {
      expect(error).toMatchObject({ code: 'unavailable' })
      expect(ms).toBeLessThan(DEADLINE_MS)
    }
    await expect(stores.memories.ping()).rejects.toMatchObject({ code: 'unavailable' })
    await cluster().start()
    expect(await stores.memories.get(kept.id, alice, { now: T0 })).toEqual(kept)
    await stores.memories.ping()
    await expect.poll(() => stores.takeTurn('x')).toBeDefined()
  }, 60_000)

  it('survives a crash of the server between and within calls', async () => {
    const work = Array.from({ length: 200 }, () => stores.memories.insert(aMemory(), by(alice)))
    await work[20]
    await cluster().stop('immediate')
    await cluster().start()
    const results = await Promise.allSettled(work)
    const acknowledged = results.flatMap((one) => (one.status === 'fulfilled' ? [one.value.memory.id] : []))
    expect(acknowledged.length).toBeGreaterThan(20)
    expect(await stores.memories.visibleIds(acknowledged, alice, T0)).toHaveLength(acknowledged.length)
    expect(await stores.memories.checkIntegrity()).toEqual([])
  }, 60_000)

  it('loses no call to connections that died while they were idle', async () => {
    await Promise.all(Array.from({ length: 10 }, () => stores.memories.ping()))
    await runSql(cluster().url, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'tmws'`)
    const results = await Promise.allSettled(Array.from({ length: 10 }, () => put(stores.memories)))
    expect(results.filter(({ status }) => status === 'rejected')).toEqual([])
  })

  it('that answers nobody makes calls fail in time', async () => {
    const brief = await openPostgresStores(optionsOf(cluster().url, { statementTimeoutMs: 2_000 }))
    await brief.memories.ping()
    cluster().freeze(true)
    try {
      const { ms, error } = await timed(brief.memories.insert(aMemory(), by(alice)))
      expect(error).toMatchObject({ code: 'unavailable' })
      expect(ms).toBeLessThan(DEADLINE_MS)
      expect((await timed(brief.memories.ping())).ms).toBeLessThan(DEADLINE_MS)
    } finally {
      cluster().freeze(false)
    }
    await expect.poll(() => timed(put(brief.memories)).then(({ error }) => error), { timeout: 20_000 }).toBeUndefined()
    await brief.memories.close()
  }, 60_000)

  it('may be away when the stores are opened, if they may open later', async () => {
    await cluster().stop()
    await expect(openPostgresStores(optionsOf(cluster().url))).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('/tmws)') as string,
    })
    const later = await openPostgresStores(optionsOf(cluster().url, { opensLater: true }))
    expect(await timed(later.memories.count(OWNER, T0))).toMatchObject({ error: { code: 'unavailable' } })
    await cluster().start()
    expect(await later.memories.count(OWNER, T0)).toBeGreaterThan(0)
    await later.memories.close()
  }, 60_000)

  describe('while its answer is on the way', () => {
    let proxy: CuttingProxy
    let behind: PostgresStores
    beforeAll(async () => {
      proxy = new CuttingProxy(new URL(cluster().url))
      const url = new URL(cluster().url)
      url.port = String(await proxy.listen())
      behind = await openPostgresStores(optionsOf(url.href))
    })
    afterAll(async () => {
      await behind.memories.close()
      await proxy.close()
    })
    afterEach(() => {
      proxy.cuts = 0
    })

    it.each(['before', 'after'] as const)('a commit cut %s it arrived is done once, and reported as done', async (where) => {
      proxy.cutAt('commit', where)
      const memory = aMemory({ content: `cut ${where}` })
      expect(await behind.memories.insert(memory, by(alice))).toMatchObject({ memory: { id: memory.id }, isDuplicate: false })
      expect(proxy.cuts).toBe(1)
      proxy.cutAt('commit', where)
      const changed = await behind.memories.update(memory.id, { summary: 'changed' }, by(alice), { expectedVersion: 1 })
      expect(changed.version).toBe(2)
      proxy.cutAt('commit', where)
      await behind.memories.touch([memory.id], T0)
      expect(proxy.cuts).toBe(3)
      expect(await stores.memories.get(memory.id, alice, { now: T0 })).toMatchObject({ version: 2, access_count: 1 })
      expect((await stores.memories.history(memory.id, alice, { limit: 9, now: T0 })).entries).toHaveLength(2)
    })

    it.each(['before', 'after'] as const)('a registration and a session cut %s it arrived belong to the caller', async (where) => {
      const agent = {
        agent_id: `cut-${where}`,
        display_name: 'x',
        namespace: 'n',
        capabilities: {},
        access_level: 'team' as const,
        metadata: {},
      }
      proxy.cutAt('commit', where)
      expect(await behind.agents.register(agent, T0)).toMatchObject({ is_registered: true })
      expect(proxy.cuts).toBe(1)
    })

    it('a transaction cut in its middle is made again', async () => {
      proxy.cutAt('memory_history', 'after')
      const memory = aMemory({ content: 'cut in the middle' })
      expect(await behind.memories.insert(memory, by(alice))).toMatchObject({ isDuplicate: false })
      expect(proxy.cuts).toBe(1)
      expect((await stores.memories.history(memory.id, alice, { limit: 9, now: T0 })).entries).toHaveLength(1)
    })

    it('a commit whose outcome nobody can be asked about is said not to be known', async () => {
      proxy.cutAt('commit', 'after')
      const memory = aMemory({ content: 'cut, then nobody there' })
      const insert = behind.memories.insert(memory, by(alice))
      await expect.poll(() => proxy.cuts, { interval: 1 }).toBe(1)
      await cluster().stop()
      const { ms, error } = await timed(insert)
      await cluster().start()
      // It may have been asked about in the moment before the stop.
      if (error !== undefined) expect(error).toMatchObject({ code: 'unavailable' })
      expect(ms).toBeLessThan(DEADLINE_MS)
      expect(await stores.memories.get(memory.id, alice, { now: T0 })).toMatchObject({ version: 1 })
    }, 60_000)
  })
})
