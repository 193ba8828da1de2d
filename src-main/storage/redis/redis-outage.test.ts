import { expect, it } from 'vitest'
import { systemClock } from '../../base/clock.ts'
import { silentLog } from '../../base/log.ts'
import type { Log } from '../../base/log.ts'
import { RedisProcess } from '../../../resources/scripts/redis-process.ts'
import { openStores } from '../open-stores.ts'
import { openState, probeRedis } from '../open-state.ts'
import { aRecord, sessionStoreConformance } from '../session-store.conformance.ts'
import { VolatileSessionStore } from '../volatile/volatile-session-store.ts'
import { reasonOf } from './redis-errors.ts'
import type { RedisLink } from './redis-link.ts'
import { RedisOrLocalSessionStore } from './redis-or-local-session-store.ts'
import { RedisSessionStore } from './redis-session-store.ts'
import { shownPlace } from './redis-place.ts'
import { describeOnRedis, mockLink } from './testing/redis-fixture.ts'

const PASSWORD = 'open5esame'

function lastingStore(link: RedisLink) {
  const redis = new RedisSessionStore(link)
  const store = new RedisOrLocalSessionStore({ redis, local: new VolatileSessionStore(), link, clock: systemClock, log: silentLog })
  return { store, redis }
}

const away = { isUp: false, onChange: () => () => undefined }
sessionStoreConformance('RedisOrLocalSessionStore while Redis works', async () => {
  const { store } = lastingStore(await mockLink())
  return { ...(await openStores({ provider: 'volatile' })), sessions: store }
})
sessionStoreConformance('RedisOrLocalSessionStore while Redis is away', async () => {
  const parts = { redis: new RedisSessionStore(await mockLink()), local: new VolatileSessionStore(), link: away }
  const sessions = new RedisOrLocalSessionStore({ ...parts, clock: systemClock, log: silentLog })
  return { ...(await openStores({ provider: 'volatile' })), sessions }
})

function claim(holder: string, nextHash: string) {
  const nowMs = Date.now()
  return { connectedAs: aRecord('a').connectedAs, nextHash, holder, nowMs, endsAtMs: nowMs + 60_000 }
}

describeOnRedis('Sessions over an outage of Redis', (redis) => {
  const now = Date.now()

  it('go on here, also when resumed, and are there for others when Redis is back from nothing', async () => {
    const link = await redis.link({ prefix: 'outage:' })
    const { store } = lastingStore(link)
    const record = (id: string) => aRecord(id, { savedAtMs: now, holder: 'here' })
    for (const id of ['kept', 'resumed', 'ended']) await store.save(record(id), now + 60_000)
    await redis.server().kill()
    await expect.poll(() => link.isUp, { timeout: 5_000 }).toBe(false)
    expect(await store.take('hash of resumed', claim('here', 'second'))).toMatchObject({ sessionId: 'resumed' })
    expect(await store.take('hash of resumed', claim('here', 'other'))).toBeUndefined()
    await store.save({ ...record('resumed'), resumeHash: 'second', agentId: 'editor' }, now + 60_000)
    await store.save(record('new'), now + 60_000)
    await store.remove('ended')
    await redis.server().startAgain()
    expect(await link.ready(10_000)).toBe(true)
    const other = new RedisSessionStore(await redis.link({ prefix: 'outage:' }))
    const found = async (hash: string) => (await other.take(hash, claim('there', `${hash} spent`)))?.agentId
    await expect.poll(() => found('second'), { timeout: 5_000 }).toBe('editor')
    expect([await found('hash of kept'), await found('hash of new'), await found('hash of ended'), await found('hash of resumed')]).toEqual(
      ['writer', 'writer', undefined, undefined],
    )
  })

  it('that were resumed here while Redis hung are handed over by their new secret once it answers, and by no other', async () => {
    const link = await redis.link({ prefix: 'hang:' })
    const { store } = lastingStore(link)
    await store.save(aRecord('a', { savedAtMs: now }), now + 60_000)
    redis.server().freeze()
    const start = performance.now()
    expect(await store.take('hash of a', claim('here', 'second'))).toMatchObject({ sessionId: 'a' })
    expect(await store.take('second', claim('here', 'third'))).toMatchObject({ sessionId: 'a' })
    expect(performance.now() - start).toBeLessThan(4_000)
    redis.server().thaw()
    expect(await link.ready(10_000)).toBe(true)
    const other = new RedisSessionStore(await redis.link({ prefix: 'hang:' }))
    await expect.poll(() => other.take('third', claim('there', 'fourth')), { timeout: 5_000 }).toMatchObject({ sessionId: 'a' })
    expect(await other.take('hash of a', claim('elsewhere', 'x'))).toBeUndefined()
  })

  it('that moved to another instance are not resumed here by their old secret', async () => {
    const link = await redis.link({ prefix: 'moved:' })
    const { store } = lastingStore(link)
    await store.save(aRecord('a', { savedAtMs: now }), now + 60_000)
    await store.movedAway('a')
    await redis.server().kill()
    await expect.poll(() => link.isUp, { timeout: 5_000 }).toBe(false)
    expect(await store.take('hash of a', claim('here', 'second'))).toBeUndefined()
    await redis.server().startAgain()
    expect(await link.ready(10_000)).toBe(true)
  })
})

describeOnRedis('The state as a whole', (redis) => {
  const options = (url: string, log: Log = silentLog) => ({
    redis: { url, prefix: 'whole:' },
    sessions: new VolatileSessionStore(),
    rateLimit: { requests: 2, periodSeconds: 60 },
    clock: systemClock,
    log,
  })

  it('starts degraded without Redis, in time, works by itself, and heals', async () => {
    await redis.server().kill()
    const start = performance.now()
    const state = await openState(options(redis.server().url))
    expect(performance.now() - start).toBeLessThan(5_000)
    expect(state.health().problem).toContain('ECONNREFUSED')
    const changes: boolean[] = []
    state.onHealthChange(({ problem }) => changes.push(problem === undefined))
    const gaps: unknown[] = []
    state.bus.subscribeAll(
      () => undefined,
      (gap) => gaps.push(gap),
    )
    await state.limiter.admit('a')
    await state.sessions.save(aRecord('early', { savedAtMs: Date.now() }), Date.now() + 60_000)
    expect([await state.fleet.enter('s', 'a', 1), await state.fleet.others()]).toEqual([true, []])
    await new Promise((resolve) => setTimeout(resolve, 500))
    await redis.server().startAgain()
    await expect.poll(() => changes, { timeout: 10_000 }).toEqual([true])
    expect(state.health()).toEqual({ provider: 'Redis', isDurable: true })
    // What others announced since the start is unknown.
    await expect.poll(() => gaps.length, { timeout: 10_000 }).toBe(1)
    await state.close()
  })

  it('never shows the password: not in a log, an error or the health, whether it is right or wrong', async () => {
    const server = await RedisProcess.start({ password: PASSWORD })
    const lines: string[] = []
    const write = (facts: object, sentence: string) =>
      lines.push(JSON.stringify(facts) + sentence + String((facts as { err?: Error }).err?.stack))
    const log: Log = { debug: write, info: write, warn: write, error: write, child: () => log }
    try {
      expect(await probeRedis({ url: server.url, prefix: 'p:' }, log)).toMatch(/^\d+\.\d+/)
      const wrongUrl = server.url.replace(PASSWORD, `${PASSWORD}-wrong`)
      const wrong = await openState(options(wrongUrl, log))
      const failure: unknown = await probeRedis({ url: wrongUrl, prefix: 'p:' }, log).catch((error: unknown) => error)
      const none: unknown = await probeRedis({ url: `redis://127.0.0.1:${server.port}`, prefix: 'p:' }, log).catch(
        (error: unknown) => error,
      )
      lines.push(String(failure), JSON.stringify(failure), String(none), JSON.stringify(wrong.health()))
      expect(wrong.health().problem).toContain('refuses the name or password')
      expect(String(failure)).toContain('refuses the name or password')
      expect(String(none)).toContain('wants a password')
      await wrong.close()
      expect(lines.join('\n')).not.toContain(PASSWORD)
    } finally {
      await server.remove()
    }
  })
})

it('a place is shown without name and password', () => {
  expect(['redis://u:p@h:1/2', 'rediss://:p@h', 'unix:///run/r.sock', '/run/r.sock', 'nonsense p'].map((url) => shownPlace(url))).toEqual([
    'h:1/2',
    'h:6379',
    '/run/r.sock',
    '/run/r.sock',
    'the address in TMWS_REDIS_URL',
  ])
})

it('errors of the client are told by known words only', () => {
  const refusal = Object.assign(new Error('WRONGPASS invalid username-password pair'), {
    name: 'ReplyError',
    command: { args: [PASSWORD] },
  })
  const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED', syscall: 'connect' })
  expect([refusal, refused, new Error(`odd ${PASSWORD}`), 'text', undefined].map(reasonOf)).toEqual([
    'it refuses the name or password in TMWS_REDIS_URL',
    'connect ECONNREFUSED',
    'an error of kind Error',
    'an error of kind string',
    'an error of kind undefined',
  ])
})
