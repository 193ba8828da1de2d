import type { Clock } from '../../base/clock.ts'
import type { EventBus } from '../../base/event-bus.ts'
import type { Log } from '../../base/log.ts'
import { newProcessName } from '../../base/process-names.ts'
import type { RateLimit, RateLimiter } from '../../base/rate-limiter.ts'
import type { SessionFleet } from '../../base/session-fleet.ts'
import type { SessionStore } from '../session-store.ts'
import { reasonOf, redisUnavailable } from './redis-errors.ts'
import { RedisEventBus } from './redis-event-bus.ts'
import { RedisLink } from './redis-link.ts'
import type { LinkState, OpenClient } from './redis-link.ts'
import { RedisOrLocalSessionStore } from './redis-or-local-session-store.ts'
import type { LocalSessionStore } from './redis-or-local-session-store.ts'
import type { RedisPlace } from './redis-place.ts'
import { RedisRateLimiter } from './redis-rate-limiter.ts'
import { RedisSessionFleet } from './redis-session-fleet.ts'
import { RedisSessionStore } from './redis-session-store.ts'

export interface RedisStateOptions extends RedisPlace {
  readonly rateLimit: RateLimit
  readonly clock: Clock
  readonly log: Log
  /** What serves while Redis is away. */
  readonly local: { readonly sessions: LocalSessionStore; readonly limiter: RateLimiter }
  readonly openClient?: OpenClient
}

export interface RedisState {
  readonly sessions: SessionStore
  readonly limiter: RateLimiter
  /** Another limit under a name of its own; `local` counts while Redis is away. */
  readonly limiterOf: (name: string, limit: RateLimit, local: RateLimiter) => RateLimiter
  readonly bus: EventBus
  readonly fleet: SessionFleet
  readonly link: LinkState
  onLinkChange(listener: (state: LinkState) => void): void
  close(): Promise<void>
}

/** How long a start waits for Redis before it goes on without, in milliseconds. */
const START_BUDGET_MS = 2_000
const PROBE_BUDGET_MS = 3_000

/** Everything that instances share besides the store. Never fails: without Redis it starts with what this process has, and heals. */
export async function openRedisState(options: RedisStateOptions): Promise<RedisState> {
  const { url, prefix, rateLimit, clock, log, local, openClient } = options
  const instance = newProcessName()
  const link = new RedisLink({ url, prefix, log, ...(openClient && { openClient }) })
  const redis = new RedisSessionStore(link)
  const sessions = new RedisOrLocalSessionStore({ redis, local: local.sessions, link, clock, log })
  const limiter = new RedisRateLimiter(link, rateLimit, local.limiter)
  const bus = new RedisEventBus({
    link,
    instance,
    clock,
    log,
    onRelayed: ({ event }) => {
      if (event.type === 'session-opened') void sessions.movedAway(event.session.session_id)
    },
  })
  // A Redis that lost announcements may have lost sessions with them.
  bus.subscribeAll(
    () => undefined,
    () => sessions.bringBack(),
  )
  const fleet = new RedisSessionFleet({ link, instance, log, onDeath: (other) => bus.publisherDied(other) })
  const tooLate = new Promise<void>((resolve) => setTimeout(resolve, START_BUDGET_MS))
  await Promise.race([bus.following, tooLate])
  // What a server that was killed here has left is resumed now, not when its lease is over.
  await fleet.buryDead()
  if (!(await link.ready(0))) log.warn({ redis: link.place }, `Redis does not answer; this server starts with what it has itself`)
  return {
    sessions,
    limiter,
    limiterOf: (name, limit, local) => new RedisRateLimiter(link, limit, local, name),
    bus,
    fleet,
    get link() {
      return link.state
    },
    onLinkChange: (listener) => void link.onChange(listener),
    close: async () => {
      await fleet.close()
      await sessions.close()
      await bus.close()
      await fleet.farewell()
      link.close()
    },
  }
}

/** Version of the Redis at a place. Throws `unavailable` with why it does not serve. */
export async function probeRedis(place: RedisPlace, log: Log): Promise<string> {
  const link = new RedisLink({ ...place, log })
  try {
    const isUp = await link.ready(PROBE_BUDGET_MS)
    if (!isUp && !link.state.isUp) throw redisUnavailable(link.place, link.state.reason)
    const about = await link.run((commands) => commands.info('server'))
    return /redis_version:(\S+)/.exec(about)?.[1] ?? 'of unknown version'
  } catch (error) {
    throw error instanceof Error && error.name === 'AppError' ? error : redisUnavailable(link.place, reasonOf(error))
  } finally {
    link.close()
  }
}
