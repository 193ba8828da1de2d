import { AwakeTime } from '../base/awake-time.ts'
import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import { unlimited } from '../base/rate-limiter.ts'
import type { ResourceStack } from '../base/resource-stack.ts'
import { AgentPresence } from '../coordination/agent-presence.ts'
import { AgentService } from '../coordination/agent-service.ts'
import { TaskService } from '../coordination/task-service.ts'
import type { CallTool } from '../coordination/workflows/step-attempt.ts'
import type { ServerConfig } from '../config/config.ts'
import { dataPaths } from '../config/paths.ts'
import { TOOLS } from '../contract/tools.ts'
import type { Embedder } from '../embedding/embedder.ts'
import { EmbeddingModels } from '../memory/embedding-models.ts'
import { MemoryReader } from '../memory/memory-reader.ts'
import { MemorySearch } from '../memory/memory-search.ts'
import { MemoryWriter } from '../memory/memory-writer.ts'
import { Retention } from '../memory/retention.ts'
import { VectorIndexer } from '../memory/vector-indexer.ts'
import type { VectorIndexerParts } from '../memory/vector-indexer.ts'
import { CallMeter } from '../session/call-meter.ts'
import { SessionManager } from '../session/session-manager.ts'
import type { SessionLimits } from '../session/session-manager.ts'
import type { MemoryStore } from '../storage/memory-store.ts'
import type { MemoryStoreOptions, Stores } from '../storage/open-stores.ts'
import type { ServerState } from '../storage/open-state.ts'
import { createTools } from '../tools/create-tools.ts'
import { ToolRunner } from '../tools/tool-runner.ts'
import { openFormer, recipeOf } from './embedder-options.ts'
import { VERSION } from './install-paths.ts'
import { LiveReport } from './live-report.ts'
import { createWorkflowParts } from './workflow-parts.ts'
import type { WorkflowParts } from './workflow-parts.ts'

/** What the parts are built on; each is opened by whoever builds them, in its own way. */
export interface CoreFoundation {
  readonly stores: Stores
  readonly embedder: Embedder
  /** False: leaves a change of model to a process whose settings count. */
  readonly mayChangeModel: boolean
  readonly state: ServerState
  readonly clock: Clock
  readonly limits: SessionLimits
  /** Leave to give memories their vectors, where several processes share a store (see VectorIndexer). */
  readonly takeIndexingTurn?: NonNullable<VectorIndexerParts['takeTurn']>
  readonly backupProblem?: () => string | undefined
  /** What only a process that listens knows. */
  readonly network: { readonly apiRequests: () => number; readonly wsUrl: () => string | undefined }
}

/** Everything between the store and the wires. */
export interface CoreParts {
  readonly store: MemoryStore
  readonly models: EmbeddingModels
  readonly indexer: VectorIndexer
  readonly report: LiveReport
  readonly sessions: SessionManager
  readonly workflows: WorkflowParts
}

const RETENTION_INTERVAL_MS = 60_000

/** Builds what serves a session, whether it came over a socket or over stdin. `resources` owns it all; nothing is started but retention. */
export function buildCore(config: ServerConfig, log: Log, resources: ResourceStack, foundation: CoreFoundation): CoreParts {
  const { stores, state, clock, limits, network, backupProblem } = foundation
  // A store that other machines use too knows best whose turn it is.
  const { takeTurn: ofStore } = stores
  const takeTurn = ofStore ? () => ofStore('indexing') : foundation.takeIndexingTurn
  const store = resources.own('store', stores.memories, (part) => part.close())
  resources.own('session store', stores.sessions, (part) => part.close())
  const { bus } = resources.own('state', state, (part) => part.close())
  const embedder = resources.own('embedder', foundation.embedder, (part) => part.close())
  const recipe = recipeOf(config.embedding)
  const models = resources.own(
    'embedding models',
    new EmbeddingModels({
      store,
      embedder,
      clock,
      log: log.child('embedding'),
      ...(recipe !== undefined && { recipe }),
      openFormer: (former) => openFormer(former, config, log),
      mayChange: foundation.mayChangeModel,
    }),
    (part) => part.close(),
  )
  const indexing = { store, models, clock, log: log.child('indexing'), ...(takeTurn && { takeTurn }) }
  const indexer = resources.own('indexer', new VectorIndexer(indexing), (part) => part.close())
  const retention = resources.own(
    'retention',
    new Retention(
      { store, clock, log: log.child('retention'), ...(ofStore && { takeTurn: () => ofStore('retention') }) },
      { intervalMs: RETENTION_INTERVAL_MS, trashDays: config.trashDays },
    ),
    (part) => part.close(),
  )
  retention.start()

  const reader = new MemoryReader({ store, clock })
  const writer = new MemoryWriter({ store, clock, bus, vectors: indexer })
  const search = new MemorySearch({ store, models, clock, log: log.child('search') })
  const report: LiveReport = new LiveReport({
    version: VERSION,
    store,
    models,
    reader,
    sessions: () => sessions,
    memoryOperations: () => meter.memoryOperations,
    state: () => state.health(),
    resumeTtlSeconds: limits.resumeTtlSeconds,
    maxConnections: limits.maxConnections,
    ...(backupProblem && { backupProblem }),
    ...network,
  })
  const agents = new AgentService({ store: stores.agents, reader, clock, liveSessions: () => sessions.countByAgent() })
  resources.own('presence', new AgentPresence({ store: stores.agents, bus, clock, log: log.child('agents') }), (part) => part.close())
  const tasks = new TaskService({ store: stores.tasks, clock, bus })
  const callTool: CallTool = ({ tool, args, scope, signal, origin }) =>
    sessions.transient({ scope, transport: 'workflow', capabilities: {} }).call(tool, args, { signal, origin })
  const workflows = createWorkflowParts({ stores, bus, clock, limits: config.workflows, callTool, log: log.child('workflows'), resources })
  const tools = createTools({ reader, writer, search, system: report, agents, tasks, ...workflows, clock })
  const runner = new ToolRunner(tools, config.toolProfile)
  const awake = resources.own('awake time', new AwakeTime(), (part) => part.close())
  const limiter = config.rateLimit.enabled ? state.limiter : unlimited
  const parts = { runner, limiter, bus, clock, awake, log: log.child('tools') }
  const sessions: SessionManager = new SessionManager(parts, state.sessions, limits, state.fleet)
  const meter = resources.own(
    'meter',
    new CallMeter({ bus, clock, sessionCount: () => sessions.liveCount, memoryTools: MEMORY_TOOLS }),
    (part) => part.close(),
  )
  return { store, models, indexer, report, sessions, workflows }
}

const MEMORY_TOOLS: ReadonlySet<string> = new Set(Object.values(TOOLS).flatMap((tool) => (tool.family === 'memory' ? [tool.name] : [])))

/** How the store of a configuration is opened. */
export function storeOptions({ database, dataDir }: ServerConfig, log: Log): MemoryStoreOptions {
  if (database.provider === 'volatile') return database
  if (database.provider === 'postgres') return { ...database, log: log.child('storage') }
  return { ...database, backupFolder: dataPaths(dataDir).backupFolder, log: log.child('storage') }
}
