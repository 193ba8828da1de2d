import { afterEach } from 'vitest'
import { FixedClock } from '../../base/clock.ts'
import { LocalEventBus } from '../../base/event-bus.ts'
import { createAloneFleet } from '../../base/session-fleet.ts'
import type { SessionFleet } from '../../base/session-fleet.ts'
import { silentLog } from '../../base/log.ts'
import type { ServerEvent } from '../../contract/events.ts'
import type { SessionStore } from '../../storage/session-store.ts'
import type { ToolRunner } from '../../tools/tool-runner.ts'
import { unlimited } from '../../base/rate-limiter.ts'
import type { Caller } from '../session.ts'
import { SessionManager } from '../session-manager.ts'
import type { SessionLimits, OpenedSession } from '../session-manager.ts'

const managers: SessionManager[] = []
afterEach(async () => {
  for (const manager of managers.splice(0)) await manager.stop()
})

export interface ManagerFixture {
  readonly manager: SessionManager
  readonly store: SessionStore
  readonly clock: FixedClock
  readonly bus: LocalEventBus
  readonly events: ServerEvent[]
  /** Who was told to go, and why. */
  readonly disconnects: string[]
  readonly open: (agentId: string, secret?: string, capabilities?: Caller['capabilities'], namespace?: string) => Promise<OpenedSession>
}

/** A session manager with clocks that stand, on a store that a test may share with another: that is a restart. */
export function manageSessions(
  store: SessionStore,
  limits: Partial<SessionLimits> = {},
  clock = new FixedClock(Date.parse('2026-11-22T10:00:00.000Z')),
  awake = clock,
  fleet: SessionFleet = createAloneFleet(),
): ManagerFixture {
  const bus = new LocalEventBus(silentLog)
  const events: ServerEvent[] = []
  bus.subscribe(({ event }) => events.push(event))
  const runner = { call: () => Promise.resolve({}), list: () => [] } as unknown as ToolRunner // no test here calls a real tool
  const manager = new SessionManager(
    { runner, limiter: unlimited, bus, clock, awake, log: silentLog },
    store,
    {
      maxConnections: 3,
      maxConnectionsPerAgent: 3,
      idleTimeoutSeconds: 60,
      resumeTtlSeconds: 600,
      ...limits,
    },
    fleet,
  )
  managers.push(manager)
  const disconnects: string[] = []
  const open: ManagerFixture['open'] = (agentId, secret, capabilities = {}, namespace = 'default') =>
    manager.open(
      { scope: { kind: 'agent', agentId, namespace, isAdmin: false }, transport: 'websocket', capabilities },
      (reason) => disconnects.push(`${agentId}: ${reason}`),
      secret,
    )
  return { manager, store, clock, bus, events, disconnects, open }
}
