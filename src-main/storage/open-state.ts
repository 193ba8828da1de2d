import type { Clock } from '../base/clock.ts'
import { LocalEventBus } from '../base/event-bus.ts'
import type { EventBus } from '../base/event-bus.ts'
import type { Log } from '../base/log.ts'
import type { RateLimit, RateLimiter } from '../base/rate-limiter.ts'
import { createAloneFleet } from '../base/session-fleet.ts'
import type { SessionFleet } from '../base/session-fleet.ts'
import type { SessionStore } from './session-store.ts'
import { VolatileRateLimiter } from './volatile/volatile-rate-limiter.ts'
import { VolatileSessionStore } from './volatile/volatile-session-store.ts'

/** The one door to the state beside the store: of this process alone, or shared by all instances on one Redis. */

export interface StateOptions {
  /** Absent: this process is alone. */
  readonly redis?: { readonly url: string; readonly prefix: string }
  /** Where sessions are kept without Redis. */
  readonly sessions: SessionStore
  readonly rateLimit: RateLimit
  readonly clock: Clock
  readonly log: Log
}

/** How well the state does, for `/health`. */
export interface StateHealth {
  readonly provider: string
  readonly isDurable: boolean
  /** What works less and why; absent when all is well. */
  readonly problem?: string
}

/** What must outlive one connection, and what instances tell and grant each other. */
export interface ServerState {
  readonly sessions: SessionStore
  readonly limiter: RateLimiter
  /** Another limit; `name` tells its counts from those of others. */
  limiterOf(name: string, limit: RateLimit): RateLimiter
  readonly bus: EventBus
  readonly fleet: SessionFleet
  health(): StateHealth
  /** Tells whenever `health` changes. */
  onHealthChange(listener: (health: StateHealth) => void): void
  /** Does not close the store's own sessions. */
  close(): Promise<void>
}

/** Never waits longer than two seconds for Redis; without it the state is degraded, and heals by itself. */
export async function openState(options: StateOptions): Promise<ServerState> {
  return options.redis ? openShared(options, options.redis) : openAlone(options)
}

/** The state of one process. */
export function openAlone({ sessions, rateLimit, log }: Omit<StateOptions, 'redis' | 'clock'>): ServerState {
  const { label: provider, isDurable } = sessions.capabilities
  return {
    sessions,
    limiter: new VolatileRateLimiter(rateLimit),
    limiterOf: (_name, limit) => new VolatileRateLimiter(limit),
    bus: new LocalEventBus(log.child('events')),
    fleet: createAloneFleet(),
    health: () => ({ provider, isDurable }),
    onHealthChange: () => undefined, // it never does
    close: () => Promise.resolve(),
  }
}

async function openShared({ rateLimit, clock, log }: StateOptions, place: NonNullable<StateOptions['redis']>): Promise<ServerState> {
  const { openRedisState } = await import('./redis/open-redis-state.ts')
  const local = { sessions: new VolatileSessionStore(), limiter: new VolatileRateLimiter(rateLimit) }
  const state = await openRedisState({ ...place, rateLimit, clock, log: log.child('redis'), local })
  const { label: provider, isDurable } = state.sessions.capabilities
  const healthOf = (link: typeof state.link): StateHealth => ({
    provider,
    isDurable,
    ...(!link.isUp && {
      problem: `Redis does not work: ${link.reason}. Sessions, limits and events are this instance's own until it does.`,
    }),
  })
  const { sessions, limiter, limiterOf, bus, fleet } = state
  return {
    sessions,
    limiter,
    limiterOf: (name, limit) => limiterOf(name, limit, new VolatileRateLimiter(limit)),
    bus,
    fleet,
    health: () => healthOf(state.link),
    onHealthChange: (listener) => state.onLinkChange((link) => listener(healthOf(link))),
    close: () => state.close(),
  }
}

/** Version of the Redis at a place. Throws `unavailable` with why it does not serve. */
export async function probeRedis(place: NonNullable<StateOptions['redis']>, log: Log): Promise<string> {
  const { probeRedis: probe } = await import('./redis/open-redis-state.ts')
  return probe(place, log)
}
