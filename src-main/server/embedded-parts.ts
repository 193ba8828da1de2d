import { systemClock } from '../base/clock.ts'
import { LocalEventBus } from '../base/event-bus.ts'
import type { EventBus } from '../base/event-bus.ts'
import type { Log } from '../base/log.ts'
import { ResourceStack } from '../base/resource-stack.ts'
import { AgentPresence } from '../coordination/agent-presence.ts'
import { AgentService } from '../coordination/agent-service.ts'
import { TaskService } from '../coordination/task-service.ts'
import type { ServerConfig } from '../config/config.ts'
import { dataPaths } from '../config/paths.ts'
import { TOOLS } from '../contract/tools.ts'
import { createLazyEmbedder } from '../embedding/lazy-embedder.ts'
import { openEmbedder } from '../embedding/open-embedder.ts'
import { MemoryReader } from '../memory/memory-reader.ts'
import { MemorySearch } from '../memory/memory-search.ts'
import { MemoryWriter } from '../memory/memory-writer.ts'
import { Retention } from '../memory/retention.ts'
import { VectorIndexer } from '../memory/vector-indexer.ts'
import { CallMeter } from '../session/call-meter.ts'
import { LocalRateLimiter, unlimited } from '../session/rate-limiter.ts'
import type { Caller, Session } from '../session/session.ts'
import { SessionManager } from '../session/session-manager.ts'
import { lockIndexing, openSessionStore, openStores } from '../storage/open-stores.ts'
import { createTools } from '../tools/create-tools.ts'
import { ToolRunner } from '../tools/tool-runner.ts'
import { INSTALLED, VERSION } from './install-paths.ts'
import { LiveReport } from './live-report.ts'

/** What serves one agent straight from the store. */
export interface EmbeddedParts {
  readonly resources: ResourceStack
  readonly bus: EventBus
  readonly session: Session
}

const RETENTION_INTERVAL_MS = 60_000
/** The one connection lasts as long as the process. */
const NEVER_IDLE_SECONDS = 10 * 365 * 86_400

/**
 * The server's own parts for one agent, and nothing of its network: no port, no lock, no discovery file (see context.ts for those).
 * Returns before the database is open, and loads the model when something needs it or the indexer first looks for work, so that a
 * handshake waits for neither.
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
  const clock = systemClock
  const bus = new LocalEventBus(log.child('events'))
  const stores = await openStores(storeOptions(config, log))
  const store = resources.own('store', stores.memories, (part) => part.close())
  const sessionStore = resources.own('session store', await openSessionStore({ provider: 'volatile' }), (part) => part.close())
  const embedder = resources.own(
    'embedder',
    createLazyEmbedder(() => openEmbedder(embedderOptions(config, log))),
    (part) => part.close(),
  )
  // Eight hosts without a server are eight of these: each memory is embedded by one of them, or by a server.
  const takeTurn = () => lockIndexing(config.dataDir)
  const indexer = resources.own('indexer', new VectorIndexer({ store, embedder, clock, log: log.child('indexing'), takeTurn }), (part) =>
    part.close(),
  )
  const retention = resources.own(
    'retention',
    new Retention({ store, clock, log: log.child('retention') }, { intervalMs: RETENTION_INTERVAL_MS, trashDays: config.trashDays }),
    (part) => part.close(),
  )
  retention.start()

  const reader = new MemoryReader({ store, clock })
  const writer = new MemoryWriter({ store, clock, bus, vectors: indexer })
  const search = new MemorySearch({ store, embedder, clock, log: log.child('search') })
  const report: LiveReport = new LiveReport({
    version: VERSION,
    store,
    embedder,
    reader,
    sessions: () => sessions,
    apiRequests: () => 0,
    memoryOperations: () => meter.memoryOperations,
    maxConnections: config.ws.maxConnections,
    wsUrl: () => undefined,
  })
  const agents = new AgentService({ store: stores.agents, reader, clock, liveSessions: (agentId) => sessions.countOf(agentId) })
  resources.own('presence', new AgentPresence({ store: stores.agents, bus, clock, log: log.child('agents') }), (part) => part.close())
  const tasks = new TaskService({ store: stores.tasks, clock, bus })
  const runner = new ToolRunner(createTools({ reader, writer, search, system: report, agents, tasks, clock }), config.toolProfile)
  const limiter = config.rateLimit.enabled ? new LocalRateLimiter(config.rateLimit) : unlimited
  const sessions: SessionManager = resources.own(
    'sessions',
    // Nothing to resume: there is no other way to this process than the one that ends with it.
    new SessionManager({ runner, limiter, bus, clock, log: log.child('tools') }, sessionStore, {
      idleTimeoutSeconds: NEVER_IDLE_SECONDS,
      resumeTtlSeconds: 0,
      maxConnections: config.ws.maxConnections,
    }),
    (part) => part.stop(),
  )
  const meter = resources.own(
    'meter',
    new CallMeter({ bus, clock, sessionCount: () => sessions.liveCount, memoryTools: MEMORY_TOOLS }),
    (part) => part.close(),
  )
  const { session } = await sessions.open(caller, () => undefined)
  resources.own('session', session, (part) => sessions.close(part, 'the bridge has ended'))
  return { resources, bus, session }
}

const MEMORY_TOOLS: ReadonlySet<string> = new Set(Object.values(TOOLS).flatMap((tool) => (tool.family === 'memory' ? [tool.name] : [])))

function storeOptions({ database, dataDir }: ServerConfig, log: Log) {
  if (database.provider === 'volatile') return database
  return { ...database, backupFolder: dataPaths(dataDir).backupFolder, log: log.child('storage'), opensLater: true }
}

function embedderOptions({ embedding }: ServerConfig, log: Log) {
  if (embedding.provider !== 'local') return { provider: embedding.provider }
  return { provider: embedding.provider, modelFolder: embedding.modelFolder ?? INSTALLED.modelFolder, log: log.child('embedding') }
}
