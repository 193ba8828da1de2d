import { describe, expect, test } from 'vitest'
import { FixedClock } from '../base/clock.ts'
import { AppError } from '../base/errors.ts'
import { OWNER_SCOPE } from '../contract/scope.ts'
import { openStores } from '../storage/open-stores.ts'
import type { SessionStore } from '../storage/session-store.ts'
import type { SessionLimits } from './session-manager.ts'
import { manageSessions } from './testing/manage-sessions.ts'

async function setUp(limits: Partial<SessionLimits> = {}, store?: SessionStore, clock?: FixedClock, awake?: FixedClock) {
  return manageSessions(store ?? (await openStores({ provider: 'volatile' })).sessions, limits, clock, awake)
}

describe('opening', () => {
  test('more than fit is refused, and one that leaves makes room', async () => {
    const { manager, open } = await setUp()
    const [first] = [await open('a'), await open('b'), await open('c')]
    await expect(open('d')).rejects.toMatchObject({ code: 'unavailable', retryable: true, details: { max_connections: 3 } })
    await manager.close(first.session, 'left')
    await open('d')
    expect(manager.liveCount).toBe(3)
  })

  test('many at the same moment are not one too many', async () => {
    const { manager, open } = await setUp()
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => open('a')))
    expect([outcomes.filter(({ status }) => status === 'fulfilled').length, manager.liveCount]).toEqual([3, 3])
  })

  test('and closing are announced once each', async () => {
    const { manager, events, open } = await setUp()
    const { session } = await open('a')
    await manager.close(session, 'left')
    await manager.close(session, 'left again')
    expect(events).toMatchObject([
      { type: 'session-opened', session: { session_id: session.id, agent_id: 'a' } },
      { type: 'session-closed', reason: 'left' },
    ])
  })
})

describe('the limit of an agent', () => {
  test('holds for it alone, and gives its places back', async () => {
    const { manager, open } = await setUp({ maxConnections: 10, maxConnectionsPerAgent: 2 })
    const first = await open('a')
    await open('a')
    await expect(open('a')).rejects.toMatchObject({
      code: 'unavailable',
      message:
        'The agent "a" has its maximum of 2 connections; close one, use another X-Agent-ID, or raise TMWS_WS_MAX_CONNECTIONS_PER_AGENT.',
      details: { max_connections_per_agent: 2, agent_id: 'a' },
    })
    await open('b')
    expect((await open('a', first.resumeSecret)).isResumed).toBe(true)
    await expect(open('a')).rejects.toMatchObject({ code: 'unavailable' })
    await manager.disconnect(first.session.id, OWNER_SCOPE)
    await open('a')
    expect(manager.liveCount).toBe(3)
  })

  test('counts by whom a client connected as, so that a switch is no way around it', async () => {
    const { open } = await setUp({ maxConnections: 10, maxConnectionsPerAgent: 1 })
    const { session } = await open('a')
    session.become('b', 'default')
    await expect(open('a')).rejects.toMatchObject({ code: 'unavailable' })
    await open('b')
  })
})

describe('an order to disconnect', () => {
  const admin = { kind: 'agent', agentId: 'a', namespace: 'default', isAdmin: true } as const

  test('ends the session, voids its secret, and says why', async () => {
    const { manager, events, disconnects, open } = await setUp()
    const { session, resumeSecret } = await open('a')
    expect(await manager.disconnect(session.id, OWNER_SCOPE, 'too loud')).toMatchObject({ session_id: session.id })
    expect([disconnects, session.signal.aborted, manager.liveCount]).toEqual([['a: disconnected'], true, 0])
    expect(events.at(-1)).toMatchObject({ type: 'session-closed', reason: 'disconnected by owner: too loud' })
    expect((await open('a', resumeSecret)).isResumed).toBe(false)
  })

  test('may be given by the person, and by an admin for what it sees; for others the session does not exist', async () => {
    const { manager, open } = await setUp()
    const [own, foreign] = [(await open('a')).session, (await open('b')).session]
    await expect(manager.disconnect(own.id, { ...admin, isAdmin: false })).rejects.toMatchObject({ code: 'forbidden' })
    await expect(manager.disconnect(foreign.id, admin)).rejects.toMatchObject({ code: 'not_found' })
    await expect(manager.disconnect('nobody', OWNER_SCOPE)).rejects.toMatchObject({ code: 'not_found' })
    await manager.disconnect(own.id, admin)
    expect(manager.list(OWNER_SCOPE).map((info) => info.session_id)).toEqual([foreign.id])
  })

  test('reaches a session that is being resumed at that moment', async () => {
    const { manager, open } = await setUp()
    const first = await open('a')
    const [, second] = await Promise.all([manager.disconnect(first.session.id, OWNER_SCOPE), open('a', first.resumeSecret)])
    const third = await open('a', second.resumeSecret)
    expect([second.session.id === first.session.id && third.isResumed, manager.list(OWNER_SCOPE).map((info) => info.session_id)]).toEqual([
      false,
      expect.not.arrayContaining([first.session.id]),
    ])
  })
})

describe('a clock that jumps', () => {
  test('does not make anybody idle, nor dead', async () => {
    const clock = new FixedClock(Date.parse('2026-11-22T10:00:00.000Z'))
    const awake = new FixedClock(0)
    const { disconnects, open } = await setUp({ idleTimeoutSeconds: 1 }, undefined, clock, awake)
    const first = await open('a')
    clock.advance(8 * 3_600_000)
    await new Promise((resolve) => setTimeout(resolve, 1_200))
    expect(disconnects).toEqual([])
    const second = await open('a', first.resumeSecret)
    expect([second.isResumed, second.session.info().duration_seconds]).toEqual([true, 0])
    clock.advance(-9 * 3_600_000)
    const third = await open('a', second.resumeSecret)
    expect([third.isResumed, third.session.info().duration_seconds]).toEqual([true, 0])
    awake.advance(1_001)
    await expect.poll(() => disconnects, { timeout: 3_000 }).toContain('a: idle')
  })

  test('set back keeps no secret alive beyond its time', async () => {
    const { manager, clock, open } = await setUp({ resumeTtlSeconds: 60 })
    const first = await open('a')
    await manager.close(first.session, 'lost')
    clock.advance(-3_600_000)
    // The next resume of anybody notices the jump.
    await open('b', 'no secret')
    clock.advance(60_000 + 2 * 60_000 + 1)
    expect((await open('a', first.resumeSecret)).isResumed).toBe(false)
  })
})

describe('what is told', () => {
  test('sessions: to an agent its own, to the person all', async () => {
    const { manager, open } = await setUp()
    await open('a')
    await open('b')
    const namesFor = (agentId: string) =>
      manager.list({ kind: 'agent', agentId, namespace: 'default', isAdmin: true }).map((info) => info.agent_id)
    expect([namesFor('a'), namesFor('c'), manager.list(OWNER_SCOPE).map((info) => info.agent_id)]).toEqual([['a'], [], ['a', 'b']])
  })

  test('numbers: live sessions and agents, and the mean duration of all so far', async () => {
    const { manager, clock, open } = await setUp()
    expect(await manager.totals()).toEqual({ sessions: 0, agents: 0, averageDurationSeconds: 0 })
    const first = await open('a')
    clock.advance(10_000)
    await manager.close(first.session, 'left')
    await open('a')
    await open('a')
    clock.advance(4_000)
    expect(await manager.totals()).toEqual({ sessions: 2, agents: 1, averageDurationSeconds: 6 })
  })
})

test('an idle session is told to go, a busy one is not', async () => {
  const { clock, disconnects, open } = await setUp({ idleTimeoutSeconds: 1 })
  await open('idle')
  const busy = await open('busy')
  clock.advance(1_001)
  await busy.session.admit()
  await expect.poll(() => disconnects, { timeout: 2_000 }).toEqual(['idle: idle'])
})

test('a stop tells every connection', async () => {
  const { manager, disconnects, open } = await setUp()
  await open('a')
  await open('b')
  await manager.stop()
  expect(disconnects).toEqual(['a: stopping', 'b: stopping'])
})

test('a request over HTTP has a session of its own that nobody sees', async () => {
  const { manager } = await setUp({ maxConnections: 1 })
  const session = manager.transient({ scope: OWNER_SCOPE, transport: 'rest', capabilities: {} })
  expect([manager.liveCount, session.info().transport]).toEqual([0, 'rest'])
  session.end()
  expect(session.signal.reason).toBeInstanceOf(AppError)
})
