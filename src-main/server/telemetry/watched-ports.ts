import { AppError } from '../../base/errors.ts'
import type { RateLimiter } from '../../base/rate-limiter.ts'
import { watchPort } from '../../base/work-watch.ts'
import type { Work, WorkWatch } from '../../base/work-watch.ts'
import type { Embedder } from '../../embedding/embedder.ts'
import type { SessionStore } from '../../storage/session-store.ts'
import type { Stores } from '../../storage/open-stores.ts'
import type { ToolRunner } from '../../tools/tool-runner.ts'

/** The ports of lower layers with every call of them watched. What is behind them is not touched, so all dialects are seen alike. */

/** What goes over all there is, or ends: nobody waits for it. */
const UNHURRIED: ReadonlySet<string> = new Set([
  'memories.expire',
  'memories.emptyTrash',
  'memories.dropUnusedVectors',
  'memories.checkIntegrity',
  'memories.backup',
  'memories.close',
  'transfer.read',
  'transfer.write',
  'transfer.count',
  'map.digest',
  'map.points',
  'map.embedded',
  'map.vectorsOf',
  'map.places',
  'map.putPlaces',
  'map.dropOldPlaces',
  'audit.readChain',
  'audit.prune',
])
/** But the sessions', which may be elsewhere: see `watchSessions`. */
const PORTS = ['memories', 'agents', 'tasks', 'workflows', 'executions', 'tokens', 'audit', 'transfer', 'map'] as const

export function watchStores(stores: Stores, watch: WorkWatch): Stores {
  const watched = PORTS.map((port) => {
    return [port, watchPort<object>(stores[port], watch, (method) => storeWork(port, method))]
  })
  return { ...stores, ...(Object.fromEntries(watched) as Pick<Stores, (typeof PORTS)[number]>) } // each is what it was
}

/** Where sessions are kept: in the store, or in Redis. */
export function watchSessions(sessions: SessionStore, watch: WorkWatch): SessionStore {
  // `serveAs` only tells it something.
  return watchPort(sessions, watch, (method) => (method === 'serveAs' ? undefined : storeWork('sessions', method)))
}

function storeWork(port: string, method: string): Work {
  const operation = `${port}.${method}`
  return { kind: 'store', operation, isUnhurried: UNHURRIED.has(operation) }
}

export function watchEmbedder(embedder: Embedder, watch: WorkWatch): Embedder {
  return watchPort(embedder, watch, (method, args) => {
    if (method === 'embedQuery') return { kind: 'embedding', operation: 'query', size: 1 }
    if (method !== 'embedTexts') return undefined
    return { kind: 'embedding', operation: 'texts', isUnhurried: true, size: Array.isArray(args[0]) ? args[0].length : 0 }
  })
}

/** `known`: whether a name is one of a tool; what clients make up is not repeated. */
export function watchRunner(runner: ToolRunner, watch: WorkWatch, known: (name: string) => boolean): ToolRunner {
  return watchPort(runner, watch, (method, [name]) => {
    if (method !== 'call') return undefined
    return { kind: 'tool', operation: typeof name === 'string' && known(name) ? name : 'unknown', isUnhurried: true }
  })
}

export function watchLimiter(limiter: RateLimiter, onRefusal: () => void): RateLimiter {
  return {
    admit: async (key) => {
      try {
        await limiter.admit(key)
      } catch (error) {
        if (error instanceof AppError && error.code === 'rate_limited') onRefusal()
        throw error
      }
    },
  }
}
