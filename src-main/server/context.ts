import { AwakeTime } from '../base/awake-time.ts'
import { systemClock, toIso } from '../base/clock.ts'
import type { Clock } from '../base/clock.ts'
import { LocalEventBus } from '../base/event-bus.ts'
import type { EventBus } from '../base/event-bus.ts'
import { newSecret } from '../base/ids.ts'
import type { Log } from '../base/log.ts'
import { ResourceStack } from '../base/resource-stack.ts'
import { AgentPresence } from '../coordination/agent-presence.ts'
import { AgentService } from '../coordination/agent-service.ts'
import { TaskService } from '../coordination/task-service.ts'
import type { ExecutionService } from '../coordination/workflows/execution-service.ts'
import type { CallTool } from '../coordination/workflows/step-attempt.ts'
import type { ServerConfig } from '../config/config.ts'
import { dataPaths } from '../config/paths.ts'
import { TOOLS } from '../contract/tools.ts'
import type { Embedder, EmbedderState } from '../embedding/embedder.ts'
import { openEmbedder } from '../embedding/open-embedder.ts'
import { MemoryReader } from '../memory/memory-reader.ts'
import { MemorySearch } from '../memory/memory-search.ts'
import { MemoryWriter } from '../memory/memory-writer.ts'
import { Retention } from '../memory/retention.ts'
import { VectorIndexer } from '../memory/vector-indexer.ts'
import { CallMeter } from '../session/call-meter.ts'
import { LocalRateLimiter, unlimited } from '../session/rate-limiter.ts'
import { SessionManager } from '../session/session-manager.ts'
import type { MemoryStore } from '../storage/memory-store.ts'
import { openStores } from '../storage/open-stores.ts'
import type { Stores } from '../storage/open-stores.ts'
import { createTools } from '../tools/create-tools.ts'
import { ToolRunner } from '../tools/tool-runner.ts'
import { Guard } from '../transport/guard.ts'
import { HostCheck } from '../transport/host-check.ts'
import { HttpServer } from '../transport/http/http-server.ts'
import { EventFeed } from '../transport/ws/event-feed.ts'
import { McpSocketServer } from '../transport/ws/mcp-socket-server.ts'
import { INSTALLED, VERSION } from './install-paths.ts'
import { JwtVerifier, noTokens } from './jwt-verifier.ts'
import { LiveReport } from './live-report.ts'
import { createWorkflowParts } from './workflow-parts.ts'

/** Parts a test or a host may bring instead of those the configuration names. */
export interface Overrides {
  readonly stores?: Stores
  readonly embedder?: Embedder
  readonly clock?: Clock
  readonly dashboardFolder?: string
}

/** Every part of a running server. Made once, in order; closed in reverse. */
export interface ServerContext {
  readonly resources: ResourceStack
  readonly store: MemoryStore
  readonly embedder: Embedder
  readonly indexer: VectorIndexer
  readonly sessions: SessionManager
  readonly executions: ExecutionService
  readonly http: HttpServer
  readonly sockets: McpSocketServer | undefined
  readonly ownerToken: string
  readonly addresses: { apiUrl?: string; wsUrl?: string }
}

const RETENTION_INTERVAL_MS = 60_000

/** Builds the server's parts from its configuration. Nothing listens yet. Throws what opening the store throws. */
export async function buildContext(config: ServerConfig, log: Log, overrides: Overrides = {}): Promise<ServerContext> {
  const resources = new ResourceStack(log)
  try {
    return await buildParts(config, log, overrides, resources)
  } catch (error) {
    await resources.close()
    throw error
  }
}

async function buildParts(config: ServerConfig, log: Log, overrides: Overrides, resources: ResourceStack): Promise<ServerContext> {
  const clock = overrides.clock ?? systemClock
  const bus = new LocalEventBus(log.child('events'))
  const stores = overrides.stores ?? (await openStores(storeOptions(config, log)))
  const store = resources.own('store', stores.memories, (part) => part.close())
  const sessionStore = resources.own('session store', stores.sessions, (part) => part.close())
  const embedder = resources.own('embedder', overrides.embedder ?? openEmbedder(embedderOptions(config, log)), (part) => part.close())
  announceEmbedder(embedder, bus, clock)

  const indexer = resources.own('indexer', new VectorIndexer({ store, embedder, clock, log: log.child('indexing') }), (part) =>
    part.close(),
  )
  indexer.poke()
  const retention = resources.own(
    'retention',
    new Retention({ store, clock, log: log.child('retention') }, { intervalMs: RETENTION_INTERVAL_MS, trashDays: config.trashDays }),
    (part) => part.close(),
  )
  retention.start()

  const reader = new MemoryReader({ store, clock })
  const writer = new MemoryWriter({ store, clock, bus, vectors: indexer })
  const search = new MemorySearch({ store, embedder, clock, log: log.child('search') })
  const addresses: ServerContext['addresses'] = {}
  const report: LiveReport = new LiveReport({
    version: VERSION,
    store,
    embedder,
    reader,
    sessions: () => sessions,
    apiRequests: () => http.requestCount,
    memoryOperations: () => meter.memoryOperations,
    sessionStore,
    resumeTtlSeconds: config.sessions.resumeTtlSeconds,
    maxConnections: config.ws.maxConnections,
    wsUrl: () => addresses.wsUrl,
  })
  const agents = new AgentService({ store: stores.agents, reader, clock, liveSessions: (agentId) => sessions.countOf(agentId) })
  resources.own('presence', new AgentPresence({ store: stores.agents, bus, clock, log: log.child('agents') }), (part) => part.close())
  const tasks = new TaskService({ store: stores.tasks, clock, bus })
  const callTool: CallTool = ({ tool, args, scope, signal, origin }) =>
    sessions.transient({ scope, transport: 'workflow', capabilities: {} }).call(tool, args, { signal, origin })
  const workflows = createWorkflowParts({ stores, bus, clock, limits: config.workflows, callTool, log: log.child('workflows'), resources })
  const tools = createTools({ reader, writer, search, system: report, agents, tasks, ...workflows, clock })
  const runner = new ToolRunner(tools, config.toolProfile)
  const awake = resources.own('awake time', new AwakeTime(), (part) => part.close())
  const limiter = config.rateLimit.enabled ? new LocalRateLimiter(config.rateLimit) : unlimited
  const sessions: SessionManager = new SessionManager({ runner, limiter, bus, clock, awake, log: log.child('tools') }, sessionStore, {
    ...config.sessions,
    maxConnections: config.ws.maxConnections,
    maxConnectionsPerAgent: config.ws.maxConnectionsPerAgent,
  })
  const meter = resources.own(
    'meter',
    new CallMeter({ bus, clock, sessionCount: () => sessions.liveCount, memoryTools: MEMORY_TOOLS }),
    (part) => part.close(),
  )

  workflows.start()

  const ownerToken = newSecret()
  const hosts = new HostCheck({ bindHosts: [config.api.host, config.ws.host], corsOrigins: config.corsOrigins })
  const verifier = config.auth.secretKey === undefined ? noTokens : new JwtVerifier(config.auth.secretKey)
  const guard = new Guard(hosts, verifier, { authEnabled: config.auth.enabled, ownerToken, ownerCookie: newSecret() })
  const { pingIntervalMs, pingTimeoutMs, maxConnections } = config.ws
  const transportLog = log.child('transport')
  const feed = new EventFeed({
    guard,
    bus,
    clock,
    log: transportLog,
    version: VERSION,
    pingIntervalMs,
    pingTimeoutMs,
    maxListeners: maxConnections,
  })
  const http: HttpServer = new HttpServer(
    { guard, hosts, sessions, feed, bus, health: () => report.health(), silentPeers: () => sockets?.silentCount ?? 0, log: transportLog },
    { ...config.api, version: VERSION, dashboardFolder: overrides.dashboardFolder ?? INSTALLED.dashboardFolder },
  )
  const sockets = config.ws.enabled
    ? new McpSocketServer({ guard, sessions, bus, log: transportLog }, { ...config.ws, version: VERSION })
    : undefined
  return { resources, store, embedder, indexer, sessions, executions: workflows.executions, http, sockets, ownerToken, addresses }
}

const MEMORY_TOOLS: ReadonlySet<string> = new Set(Object.values(TOOLS).flatMap((tool) => (tool.family === 'memory' ? [tool.name] : [])))

function storeOptions(config: ServerConfig, log: Log) {
  if (config.database.provider === 'volatile') return config.database
  return { ...config.database, backupFolder: dataPaths(config.dataDir).backupFolder, log: log.child('storage') }
}

function embedderOptions({ embedding }: ServerConfig, log: Log) {
  if (embedding.provider !== 'local') return { provider: embedding.provider }
  return { provider: embedding.provider, modelFolder: embedding.modelFolder ?? INSTALLED.modelFolder, log: log.child('embedding') }
}

function announceEmbedder(embedder: Embedder, bus: EventBus, clock: Clock): void {
  embedder.onStateChange((state: EmbedderState) => {
    const status = state.status === 'ready' || state.status === 'off' ? 'healthy' : 'degraded'
    bus.publish({
      event: {
        type: 'health-changed',
        at: toIso(clock.now()),
        part: 'embedding',
        status,
        ...('message' in state && { message: state.message }),
      },
    })
  })
}
