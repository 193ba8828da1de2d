import { availableParallelism } from 'node:os'
import { AwakeTime } from '../base/awake-time.ts'
import { noAudit } from '../base/audit-trail.ts'
import type { AuditTrail } from '../base/audit-trail.ts'
import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import type { ResourceStack } from '../base/resource-stack.ts'
import { Turns } from '../base/turns.ts'
import { noWatch } from '../base/work-watch.ts'
import type { WorkWatch } from '../base/work-watch.ts'
import { AuditLog } from '../coordination/audit/audit-log.ts'
import { AuditReader } from '../coordination/audit/audit-reader.ts'
import { AuditRetention } from '../coordination/audit/audit-retention.ts'
import { AgentPresence } from '../coordination/agent-presence.ts'
import { AgentService } from '../coordination/agent-service.ts'
import { TokenCheck } from '../coordination/token-check.ts'
import { TokenService } from '../coordination/token-service.ts'
import { TaskService } from '../coordination/task-service.ts'
import type { CallTool } from '../coordination/workflows/step-attempt.ts'
import type { ServerConfig } from '../config/config.ts'
import { dataPaths } from '../config/paths.ts'
import { TOOLS, isToolName } from '../contract/tools.ts'
import type { Embedder } from '../embedding/embedder.ts'
import { EmbeddingModels } from '../memory/embedding-models.ts'
import { MemoryReader } from '../memory/memory-reader.ts'
import { MemorySearch } from '../memory/memory-search.ts'
import { MemoryWriter } from '../memory/memory-writer.ts'
import { Retention } from '../memory/retention.ts'
import { SecretScreen } from '../memory/secrets/secret-screen.ts'
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
import { createRateLimits } from './rate-limits.ts'
import type { RateLimits } from './rate-limits.ts'
import { LiveReport } from './live-report.ts'
import { watchEmbedder, watchRunner } from './telemetry/watched-ports.ts'
import { StoreProbe } from './vitals/store-probe.ts'
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
  /** Sees calls of tools and models; the stores and the embedder come watched already. */
  readonly watch?: WorkWatch
  /** What only a process that listens knows. */
  readonly network: { readonly apiRequests: () => number; readonly wsUrl: () => string | undefined }
}

/** Everything between the store and the wires. */
export interface CoreParts {
  readonly store: MemoryStore
  readonly models: EmbeddingModels
  readonly indexer: VectorIndexer
  readonly report: LiveReport
  readonly probe: StoreProbe
  readonly sessions: SessionManager
  readonly rateLimits: RateLimits
  readonly tokens: TokenService
  readonly tokenCheck: TokenCheck
  readonly workflows: WorkflowParts
  readonly audit: AuditTrail
  readonly auditReader: AuditReader
}

const RETENTION_INTERVAL_MS = 60_000

/** Builds what serves a session, whether it came over a socket or over stdin. `resources` owns it all; nothing is started but retention. */
export function buildCore(config: ServerConfig, log: Log, resources: ResourceStack, foundation: CoreFoundation): CoreParts {
  const { stores, state, clock, limits, network, backupProblem, watch = noWatch } = foundation
  // A store that other machines use too knows best whose turn it is.
  const { takeTurn: ofStore } = stores
  const takeTurn = ofStore ? () => ofStore('indexing') : foundation.takeIndexingTurn
  const store = resources.own('store', stores.memories, (part) => part.close())
  resources.own('session store', stores.sessions, (part) => part.close())
  const auditing = { store: stores.audit, clock, log: log.child('audit'), ...(ofStore && { takeTurn: () => ofStore('audit retention') }) }
  const auditLog = config.audit.enabled ? resources.own('audit log', new AuditLog(auditing), (part) => part.close()) : undefined
  const audit = auditLog ?? noAudit
  resources.own('audit retention', new AuditRetention(auditing, config.audit), (part) => part.close()).start()
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
      openFormer: (former) => {
        const opened = openFormer(former, config, log)
        return opened && watchEmbedder(opened, watch)
      },
      mayChange: foundation.mayChangeModel,
    }),
    (part) => part.close(),
  )
  const indexing = { store, models, clock, log: log.child('indexing'), ...(takeTurn && { takeTurn }) }
  const indexer = resources.own('indexer', new VectorIndexer(indexing), (part) => part.close())
  const retention = resources.own(
    'retention',
    new Retention(
      { store, clock, log: log.child('retention'), audit, ...(ofStore && { takeTurn: () => ofStore('retention') }) },
      {
        intervalMs: RETENTION_INTERVAL_MS,
        get trashDays() {
          return config.trashDays
        },
      },
    ),
    (part) => part.close(),
  )
  retention.start()

  const reader = new MemoryReader({ store, clock })
  const secretsLog = log.child('secrets')
  const screen = new SecretScreen(
    () => config.secretScan,
    (sighting) => secretsLog.warn({ ...sighting }, 'a text seems to hold a credential'),
  )
  const writer = new MemoryWriter({ store, clock, bus, vectors: indexer, screen })
  const search = new MemorySearch({ store, models, clock, log: log.child('search') })
  const probe = new StoreProbe({ ping: () => store.ping(), ...(stores.died && { died: stores.died }) })
  const report: LiveReport = new LiveReport({
    version: VERSION,
    store,
    probe,
    models,
    reader,
    sessions: () => sessions,
    memoryOperations: () => meter.memoryOperations,
    state: () => state.health(),
    resumeTtlSeconds: limits.resumeTtlSeconds,
    maxConnections: limits.maxConnections,
    ...(backupProblem && { backupProblem }),
    auditProblem: () => auditLog?.problem,
    ...network,
  })
  const agents = new AgentService({ store: stores.agents, reader, clock, liveSessions: () => sessions.countByAgent() })
  resources.own('presence', new AgentPresence({ store: stores.agents, bus, clock, log: log.child('agents') }), (part) => part.close())
  const tasks = new TaskService({ store: stores.tasks, clock, bus })
  const tokens = new TokenService({ store: stores.tokens, bus, clock })
  const checked = { store: stores.tokens, bus, clock, log: log.child('tokens') }
  const tokenCheck = resources.own('token check', new TokenCheck(checked), (part) => part.close())
  const callTool: CallTool = ({ tool, args, scope, signal, origin }) =>
    sessions.transient({ scope, transport: 'workflow', capabilities: {} }).call(tool, args, { signal, origin })
  const workflows = createWorkflowParts({ stores, bus, clock, limits: config.workflows, callTool, log: log.child('workflows'), resources })
  const auditReader = new AuditReader({ store: stores.audit, clock })
  const tools = createTools({ reader, writer, search, system: report, agents, tasks, tokens, ...workflows, audit: auditReader, clock })
  const runner = watchRunner(new ToolRunner(tools, () => config.toolProfile), watch, isToolName)
  const awake = resources.own('awake time', new AwakeTime(), (part) => part.close())
  const rateLimits = createRateLimits(config, state)
  const limiters = { limiter: rateLimits.agent, costly: rateLimits.costly, readTurns: new Turns(readsAtOnce(config)) }
  const parts = { runner, ...limiters, bus, clock, awake, log: log.child('tools'), audit }
  const sessions: SessionManager = new SessionManager(parts, state.sessions, limits, state.fleet)
  const meter = resources.own(
    'meter',
    new CallMeter({ bus, clock, sessionCount: () => sessions.liveCount, memoryTools: MEMORY_TOOLS }),
    (part) => part.close(),
  )
  return { store, models, indexer, report, probe, sessions, rateLimits, tokens, tokenCheck, workflows, audit, auditReader }
}

/**
 * Reads that are worked on at once, shared between the agents that read. Where this machine embeds the questions, more would only make each of
 * them slower; where another does, most of their time is waiting for it.
 */
function readsAtOnce({ embedding }: ServerConfig): number {
  const isRemote = embedding.provider === 'openai' || embedding.provider === 'ollama'
  return isRemote ? REMOTE_READS : Math.max(2, availableParallelism())
}

const REMOTE_READS = 32

const MEMORY_TOOLS: ReadonlySet<string> = new Set(Object.values(TOOLS).flatMap((tool) => (tool.family === 'memory' ? [tool.name] : [])))

/** How the store of a configuration is opened. */
export function storeOptions({ database, dataDir }: ServerConfig, log: Log): MemoryStoreOptions {
  if (database.provider === 'volatile') return database
  if (database.provider === 'postgres') return { ...database, log: log.child('storage') }
  return { ...database, backupFolder: dataPaths(dataDir).backupFolder, log: log.child('storage') }
}
