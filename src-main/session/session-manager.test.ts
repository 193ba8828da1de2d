import { afterEach, describe, expect, test } from 'vitest'
import { FixedClock } from '../base/clock.ts'
import { AppError } from '../base/errors.ts'
import { LocalEventBus } from '../base/event-bus.ts'
import type { ServerEvent } from '../contract/events.ts'
import { silentLog } from '../base/log.ts'
import { OWNER_SCOPE } from '../contract/scope.ts'
import { openSessionStore } from '../storage/open-stores.ts'
import type { ToolRunner } from '../tools/tool-runner.ts'
import { unlimited } from './rate-limiter.ts'
import { SessionManager } from './session-manager.ts'
import type { SessionLimits } from './session-manager.ts'
import type { Caller } from './session.ts'

const managers: SessionManager[] = []
afterEach(() => {
  for (const manager of managers.splice(0)) manager.stop()
})

async function setUp(limits: Partial<SessionLimits> = {}) {
  const clock = new FixedClock(Date.parse('2026-11-22T10:00:00.000Z'))
  const bus = new LocalEventBus(silentLog)
  const events: ServerEvent[] = []
  bus.subscribe(({ event }) => events.push(event))
  const runner = { call: () => Promise.resolve({}), list: () => [] } as unknown as ToolRunner // no test here calls a real tool
  const manager = new SessionManager(
    { runner, limiter: unlimited, bus, clock, log: silentLog },
    await openSessionStore({ provider: 'volatile' }),
    {
      maxConnections: 3,
      idleTimeoutSeconds: 60,
      resumeTtlSeconds: 600,
      ...limits,
    },
  )
  managers.push(manager)
  const disconnects: string[] = []
  const open = (agentId: string, secret?: string, capabilities: Caller['capabilities'] = {}, namespace = 'default') =>
    manager.open(
      { scope: { kind: 'agent', agentId, namespace, isAdmin: false }, transport: 'websocket', capabilities },
      (reason) => disconnects.push(`${agentId}: ${reason}`),
      secret,
    )
  return { manager, clock, events, disconnects, open }
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
    const { manager, open } = await setUp({ resumeTtlSeconds: 1 })
    const first = await open('a')
    await manager.close(first.session, 'lost')
    await new Promise((resolve) => setTimeout(resolve, 1_100))
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
    expect(manager.totals()).toEqual({ sessions: 0, agents: 0, averageDurationSeconds: 0 })
    const first = await open('a')
    clock.advance(10_000)
    await manager.close(first.session, 'left')
    await open('a')
    await open('a')
    clock.advance(4_000)
    expect(manager.totals()).toEqual({ sessions: 2, agents: 1, averageDurationSeconds: 6 })
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
  manager.stop()
  expect(disconnects).toEqual(['a: stopping', 'b: stopping'])
})

test('a request over HTTP has a session of its own that nobody sees', async () => {
  const { manager } = await setUp({ maxConnections: 1 })
  const session = manager.transient({ scope: OWNER_SCOPE, transport: 'rest', capabilities: {} })
  expect([manager.liveCount, session.info().transport]).toEqual([0, 'rest'])
  session.end()
  expect(session.signal.reason).toBeInstanceOf(AppError)
})
