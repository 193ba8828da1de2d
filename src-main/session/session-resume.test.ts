import { describe, expect, test } from 'vitest'
import type { FixedClock } from '../base/clock.ts'
import { AppError } from '../base/errors.ts'
import type { Announcement } from '../base/event-bus.ts'
import { LIMITS } from '../contract/protocol.ts'
import type { Task } from '../contract/task.ts'
import { openStores } from '../storage/open-stores.ts'
import type { SessionStore } from '../storage/session-store.ts'
import { BY_REQUEST } from './resource-subscriptions.ts'
import type { SessionLimits } from './session-manager.ts'
import { manageSessions } from './testing/manage-sessions.ts'

async function setUp(limits: Partial<SessionLimits> = {}, store?: SessionStore, clock?: FixedClock) {
  return manageSessions(store ?? (await openStores({ provider: 'volatile' })).sessions, limits, clock)
}

describe('resuming', () => {
  test('gives the session back with its id, start and capabilities', async () => {
    const { manager, clock, open } = await setUp()
    const first = await open('a', undefined, { search: true })
    clock.advance(5_000)
    await manager.close(first.session, 'lost')
    const second = await open('a', first.resumeSecret, { extra: 1 })
    expect([second.isResumed, second.session.id, second.session.startedAtMs, second.session.capabilities]).toEqual([
      true,
      first.session.id,
      first.session.startedAtMs,
      { search: true, extra: 1 },
    ])
  })

  test('works once', async () => {
    const { manager, open } = await setUp()
    const first = await open('a')
    await manager.close(first.session, 'lost')
    const [second, third] = [await open('a', first.resumeSecret), await open('a', first.resumeSecret)]
    expect([second.isResumed, third.isResumed]).toEqual([true, false])
  })

  test.each([
    ['another agent', 'b', 'default'],
    ['another namespace', 'a', 'team-b'],
  ])('is not for %s', async (_who, agentId, namespace) => {
    const { manager, open } = await setUp()
    const first = await open('a')
    await manager.close(first.session, 'lost')
    const other = await open(agentId, first.resumeSecret, {}, namespace)
    expect([other.isResumed, other.session.id === first.session.id]).toEqual([false, false])
  })

  test('replaces the connection that still stands, whose end then changes nothing', async () => {
    const { manager, disconnects, open } = await setUp()
    const first = await open('a')
    const second = await open('a', first.resumeSecret)
    expect([disconnects, manager.liveCount]).toEqual([['a: replaced'], 1])
    await manager.close(first.session, 'socket gone')
    expect([manager.liveCount, first.session.signal.aborted, second.session.signal.aborted]).toEqual([1, true, false])
  })

  test('can be switched off', async () => {
    const { manager, open } = await setUp({ resumeTtlSeconds: 0 })
    const first = await open('a')
    await manager.close(first.session, 'lost')
    expect((await open('a', first.resumeSecret)).isResumed).toBe(false)
  })

  test('ends with its time', async () => {
    const { manager, clock, open } = await setUp({ resumeTtlSeconds: 1 })
    const first = await open('a')
    await manager.close(first.session, 'lost')
    clock.advance(1_100)
    expect((await open('a', first.resumeSecret)).isResumed).toBe(false)
  })
})

describe('a secret that may not have arrived', () => {
  test('leaves the one before valid when the connection was lost before its client was heard', async () => {
    const { manager, open } = await setUp()
    const first = await open('a')
    await manager.close(first.session, 'lost')
    const second = await open('a', first.resumeSecret)
    await manager.close(second.session, 'lost before the answer came')
    const third = await open('a', first.resumeSecret)
    expect([third.isResumed, third.session.id]).toEqual([true, first.session.id])
  })

  test('makes the one before void for good once its client was heard', async () => {
    const { manager, open } = await setUp()
    const first = await open('a')
    await manager.close(first.session, 'lost')
    const second = await open('a', first.resumeSecret)
    manager.confirm(second.session)
    await manager.close(second.session, 'lost')
    expect((await open('a', first.resumeSecret)).isResumed).toBe(false)
    expect((await open('a', second.resumeSecret)).isResumed).toBe(true)
  })

  test('of a refused client stays valid', async () => {
    const { manager, open } = await setUp({ maxConnections: 1 })
    const first = await open('a')
    await manager.close(first.session, 'lost')
    const other = await open('b')
    await expect(open('a', first.resumeSecret)).rejects.toMatchObject({ code: 'unavailable' })
    await manager.close(other.session, 'left')
    expect((await open('a', first.resumeSecret)).isResumed).toBe(true)
  })

  test('works once, however many try it at the same moment, alive or gone', async () => {
    const { manager, open } = await setUp({ maxConnections: 50, maxConnectionsPerAgent: 50 })
    for (const isGone of [true, false]) {
      const first = await open('a')
      if (isGone) await manager.close(first.session, 'lost')
      const tries = await Promise.all(Array.from({ length: 10 }, () => open('a', first.resumeSecret)))
      expect(tries.filter(({ isResumed }) => isResumed)).toHaveLength(1)
      expect(new Set(tries.map(({ session }) => session.id)).size).toBe(10)
      for (const { session } of tries) await manager.close(session, 'left')
      expect(manager.liveCount).toBe(0)
    }
  })
})

describe('over a restart', () => {
  test('a session goes on as it was, with what it had become, and knows that it missed things', async () => {
    const { manager, store, clock, open } = await setUp()
    const first = await open('a', undefined, { search: true })
    await first.session.subscriptions.add('memory://recent', BY_REQUEST)
    first.session.become('writer', 'press')
    await first.session.keep()
    // Killed: nothing is said to anybody. A new process has the same store.
    clock.advance(30_000)
    const next = await setUp({}, store, clock)
    const second = await next.open('a', first.resumeSecret)
    expect(second).toMatchObject({ isResumed: true, knownUntilMs: clock.now() - 30_000 })
    expect(second.session.info()).toMatchObject({
      session_id: first.session.id,
      agent_id: 'writer',
      namespace: 'press',
      started_at: first.session.info().started_at,
      duration_seconds: 30,
      subscriptions: 1,
    })
    expect(second.session.capabilities).toEqual({ search: true })
    expect(second.session.notices.all).toEqual({ uris: ['memory://recent'], taskIds: [], isWhole: false })
    await manager.stop()
  })

  test('a secret whose next one may not have arrived works once more', async () => {
    const { store, clock, open } = await setUp()
    const first = await open('a')
    const second = await open('a', first.resumeSecret)
    expect(second.isResumed).toBe(true)
    const next = await setUp({}, store, clock)
    expect((await next.open('a', first.resumeSecret)).session.id).toBe(first.session.id)
    expect((await next.open('a', first.resumeSecret)).isResumed).toBe(false)
  })

  test('a session that was alive ends with its time after the process was killed, give or take two minutes', async () => {
    const { store, clock, open } = await setUp({ resumeTtlSeconds: 60 })
    const first = await open('a')
    clock.advance(181_000)
    const next = await setUp({ resumeTtlSeconds: 60 }, store, clock)
    expect((await next.open('a', first.resumeSecret)).isResumed).toBe(false)
  })

  test('a stop keeps what every client needs to go on', async () => {
    const { manager, store, clock, open } = await setUp()
    const opened = await Promise.all(['a', 'b', 'c'].map((agentId) => open(agentId)))
    await manager.stop()
    const next = await setUp({}, store, clock)
    const resumed = await Promise.all(opened.map(({ resumeSecret }, index) => next.open('abc'[index] ?? '', resumeSecret)))
    expect(resumed.map(({ session }) => session.id)).toEqual(opened.map(({ session }) => session.id))
  })
})

describe('a store that fails', () => {
  const broken = (store: SessionStore, methods: readonly (keyof SessionStore)[]): SessionStore =>
    new Proxy(store, {
      get: (target, name) =>
        methods.includes(name as keyof SessionStore)
          ? () => Promise.reject(new AppError('unavailable', 'The disk is full.'))
          : (Reflect.get(target, name) as unknown),
    })

  test('costs a new session its secret, not its connection', async () => {
    const { sessions } = await openStores({ provider: 'volatile' })
    const { open } = await setUp({}, broken(sessions, ['save']))
    expect((await open('a')).resumeSecret).toBeUndefined()
  })

  test('refuses to resume for now, and takes no place for that', async () => {
    const { sessions } = await openStores({ provider: 'volatile' })
    const { manager, open } = await setUp({ maxConnections: 1 }, broken(sessions, ['take']))
    for (let tries = 0; tries < 3; tries += 1) await expect(open('a', 'some secret')).rejects.toMatchObject({ code: 'unavailable' })
    await open('a')
    expect(manager.liveCount).toBe(1)
  })
})

describe('what a client misses', () => {
  const taskFor = (agentId: string, id: string): Announcement => ({
    event: { type: 'task-assigned', at: '', task_id: id, by: 'lead', namespace: 'default', status: 'pending' },
    task: { id, assigned_agent_id: agentId } as Task, // what is read of it
  })
  const changed: Announcement = {
    event: { type: 'memory-stored', at: '', memory_id: 'm', by: 'a', agent_id: 'a', namespace: 'default', access_level: 'public' },
    access: { agent_id: 'a', namespace: 'default', access_level: 'public', shared_with: [] },
  }

  test('while it is away waits for it, once each, and only what is its own', async () => {
    const { manager, bus, open } = await setUp()
    const first = await open('a')
    await first.session.subscriptions.add('memory://recent', BY_REQUEST)
    await first.session.subscriptions.add('memory://tags', 'a listen, which ends with its connection')
    await manager.close(first.session, 'lost')
    for (const task of ['t1', 't2', 't1']) bus.publish(taskFor('a', task))
    bus.publish(taskFor('b', 't3'))
    bus.publish(changed)
    const second = await open('a', first.resumeSecret)
    expect(second.session.notices.all).toEqual({ uris: ['memory://recent'], taskIds: ['t1', 't2'], isWhole: true })
    expect(second.session.subscriptions.requested).toEqual(['memory://recent'])
  })

  test('on a connection that was dead before we knew waits too, until a ping is answered after it', async () => {
    const { bus, open } = await setUp()
    const first = await open('a')
    bus.publish(taskFor('a', 'heard'))
    first.session.notices.pinged()
    bus.publish(taskFor('a', 'lost'))
    first.session.notices.ponged()
    const second = await open('a', first.resumeSecret)
    expect(second.session.notices.all.taskIds).toEqual(['lost'])
    const third = await open('a', second.resumeSecret)
    expect(third.session.notices.all.taskIds).toEqual(['lost'])
  })

  test('beyond the bound is told as that', async () => {
    const { manager, bus, open } = await setUp()
    const first = await open('a')
    await manager.close(first.session, 'lost')
    for (let n = 0; n <= LIMITS.missedTasks; n += 1) bus.publish(taskFor('a', `t${n}`))
    const { notices } = (await open('a', first.resumeSecret)).session
    expect([notices.all.taskIds.length, notices.all.isWhole]).toEqual([LIMITS.missedTasks, false])
  })

  test('is forgotten with the session, and no listener stays', async () => {
    const { manager, clock, bus, open } = await setUp({ resumeTtlSeconds: 10, idleTimeoutSeconds: 1 })
    const before = bus.listenerCount
    const first = await open('a')
    await first.session.subscriptions.add('memory://recent', BY_REQUEST)
    await manager.close(first.session, 'lost')
    expect(bus.listenerCount).toBe(before + 1)
    clock.advance(10_001)
    await expect.poll(() => bus.listenerCount, { timeout: 3_000 }).toBe(before)
  })

  test('is noted for a bounded number of clients; the others are told that something may be missing', async () => {
    const { manager, open } = await setUp()
    const first = await open('a')
    await first.session.subscriptions.add('memory://recent', BY_REQUEST)
    await manager.close(first.session, 'lost')
    for (let n = 0; n < LIMITS.awaySessions; n += 1) await manager.close((await open(`other-${n}`)).session, 'lost')
    const second = await open('a', first.resumeSecret)
    expect(second.session.notices.all).toEqual({ uris: ['memory://recent'], taskIds: [], isWhole: false })
  })
})
