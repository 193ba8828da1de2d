import { Counter, Gauge } from 'prom-client'
import type { Registry } from 'prom-client'
import type { CheckStatus, Health, TransportKind } from '../../contract/session.ts'
import type { PoolUse } from '../../storage/open-stores.ts'

/** Numbers that are asked for when they are read. */
export interface GaugeSources {
  /** The transport of each live connection. */
  readonly sessions: () => readonly TransportKind[]
  /** Connections that were ended because they answered no ping. */
  readonly silentPeers: () => number
  /** What waits or is under way, by queue. */
  readonly queues: Readonly<Record<string, () => number>>
  /** Memories without vectors of the model in use; undefined when that is not known. */
  readonly indexBacklog: () => Promise<number | undefined>
  readonly health: () => Promise<Health>
  /** Of a store that has connections: how many there are, how many work, how many calls wait for one. */
  readonly pool?: () => PoolUse | undefined
  /** Whether the Redis of the settings answers; absent when there is none. */
  readonly redisIsUp?: () => boolean
}

/** What keeps a connection; the others last for one request. */
const CONNECTIONS = ['websocket', 'bridge'] as const
const HEALTH: Readonly<Record<CheckStatus, number>> = { healthy: 1, degraded: 0.5, unhealthy: 0 }
/** The slowest of what is asked may take that long, in milliseconds; then the others go without it. */
const ASK_BUDGET_MS = 3_000
/** How long the number of memories without vectors is believed, in milliseconds: counting them asks the store. */
const BACKLOG_FRESH_MS = 10_000

export function mountGauges(registry: Registry, sources: GaugeSources): void {
  const registers = [registry]
  new Gauge({
    name: 'tmws_sessions',
    help: 'Live connections by transport.',
    labelNames: ['transport'],
    registers,
    collect() {
      const live = sources.sessions()
      for (const transport of CONNECTIONS) this.set({ transport }, live.filter((other) => other === transport).length)
    },
  })
  new Counter({
    name: 'tmws_silent_peers_total',
    help: 'Connections that were ended because they answered no ping in time.',
    registers,
    collect() {
      this.reset()
      this.inc(sources.silentPeers())
    },
  })
  const backlog = remembered(sources.indexBacklog)
  new Gauge({
    name: 'tmws_queue_depth',
    help: 'What waits or is under way: http (requests), tools (calls), store and embedding (calls), events (to other instances), indexing (memories without vectors).',
    labelNames: ['queue'],
    registers,
    async collect() {
      for (const [queue, depth] of Object.entries(sources.queues)) this.set({ queue }, depth())
      const waiting = await backlog()
      if (waiting !== undefined) this.set({ queue: 'indexing' }, waiting)
    },
  })
  new Gauge({
    name: 'tmws_health_status',
    help: 'Health of each part (storage, embedding, state, sessions): 1 healthy, 0.5 degraded, 0 unhealthy.',
    labelNames: ['part'],
    registers,
    async collect() {
      const health = await within(sources.health())
      for (const [part, { status }] of Object.entries(health?.checks ?? {})) this.set({ part }, HEALTH[status])
    },
  })
  const { pool, redisIsUp } = sources
  if (pool)
    new Gauge({
      name: 'tmws_database_connections',
      help: 'Connections of the Postgres pool by state: busy, idle; and waiting: calls in line for one.',
      labelNames: ['state'],
      registers,
      collect() {
        const { size, busy, waiting } = pool() ?? { size: 0, busy: 0, waiting: 0 }
        this.set({ state: 'busy' }, busy)
        this.set({ state: 'idle' }, size - busy)
        this.set({ state: 'waiting' }, waiting)
      },
    })
  if (redisIsUp)
    new Gauge({
      name: 'tmws_redis_up',
      help: 'Whether the shared Redis answers: 1 or 0.',
      registers,
      collect() {
        this.set(redisIsUp() ? 1 : 0)
      },
    })
}

/** The last count, asked for again once it is old; one question at a time. */
function remembered(ask: () => Promise<number | undefined>): () => Promise<number | undefined> {
  let last: number | undefined
  let askedMs = -Infinity
  let asking: Promise<unknown> | undefined
  return async () => {
    if (!asking && performance.now() - askedMs > BACKLOG_FRESH_MS) {
      askedMs = performance.now()
      asking = ask()
        .then((count) => (last = count))
        .catch(() => undefined) // the store is down, which other numbers say
        .finally(() => (asking = undefined))
    }
    if (asking) await within(asking)
    return last
  }
}

async function within<T>(answer: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined
  const tooLate = new Promise<undefined>((resolve) => (timer = setTimeout(() => resolve(undefined), ASK_BUDGET_MS)))
  try {
    return await Promise.race([answer, tooLate])
  } finally {
    clearTimeout(timer)
  }
}
