import { systemClock } from '../base/clock.ts'
import type { EventBus } from '../base/event-bus.ts'
import type { Log } from '../base/log.ts'
import { ResourceStack } from '../base/resource-stack.ts'
import type { ServerConfig } from '../config/config.ts'
import { createLazyEmbedder } from '../embedding/lazy-embedder.ts'
import { openEmbedder } from '../embedding/open-embedder.ts'
import type { Caller, Session } from '../session/session.ts'
import { openAlone } from '../storage/open-state.ts'
import { lockIndexing, openStores } from '../storage/open-stores.ts'
import { buildCore, storeOptions } from './core-parts.ts'
import { embedderOptions } from './embedder-options.ts'

/** What serves one agent straight from the store. */
export interface EmbeddedParts {
  readonly resources: ResourceStack
  readonly bus: EventBus
  readonly session: Session
}

/** The one connection lasts as long as the process, and there is nothing to resume: no other way leads to it. */
const LIMITS = { idleTimeoutSeconds: 10 * 365 * 86_400, resumeTtlSeconds: 0 } as const

/**
 * The server's own parts for one agent, and nothing of its network: no port, no lock, no discovery file (see context.ts for those).
 * Returns before the database is open, and loads the model when something needs it or the indexer first looks for work, so that a
 * handshake waits for neither. Runs that are left to do are taken up; schedules are the server's business.
 */
export async function buildEmbeddedParts(config: ServerConfig, caller: Caller, log: Log): Promise<EmbeddedParts> {
  const resources = new ResourceStack(log)
  try {
    return await buildParts(config, caller, log, resources)
  } catch (error) {
    await resources.close()
    throw error
  }
}

async function buildParts(config: ServerConfig, caller: Caller, log: Log, resources: ResourceStack): Promise<EmbeddedParts> {
  const options = storeOptions(config, log)
  const stores = await openStores(options.provider === 'volatile' ? options : { ...options, opensLater: true })
  // It serves one agent while no server runs: there is nobody to share with.
  const state = openAlone({ sessions: stores.sessions, rateLimit: config.rateLimit, log })
  const { sessions, workflows } = buildCore(config, log, resources, {
    stores,
    state,
    embedder: createLazyEmbedder(() => openEmbedder(embedderOptions(config, log, false))),
    // What its host's environment says is not for all to follow.
    mayChangeModel: false,
    clock: systemClock,
    limits: { ...LIMITS, maxConnections: config.ws.maxConnections, maxConnectionsPerAgent: config.ws.maxConnectionsPerAgent },
    // Eight hosts without a server are eight of these: each memory is embedded by one of them, or by a server.
    takeIndexingTurn: () => lockIndexing(config.dataDir),
    network: { apiRequests: () => 0, wsUrl: () => undefined },
  })
  workflows.start({ isScheduling: false })
  resources.own('sessions', sessions, (part) => part.stop())
  const { session } = await sessions.open(caller, () => undefined)
  resources.own('session', session, (part) => sessions.close(part, 'the bridge has ended'))
  return { resources, bus: state.bus, session }
}
