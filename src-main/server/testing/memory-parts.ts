import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FixedClock } from '../../base/clock.ts'
import { LocalEventBus } from '../../base/event-bus.ts'
import type { Announcement } from '../../base/event-bus.ts'
import { AppError } from '../../base/errors.ts'
import { silentLog } from '../../base/log.ts'
import { ResourceStack } from '../../base/resource-stack.ts'
import { OWNER_SCOPE } from '../../contract/scope.ts'
import type { Scope } from '../../contract/scope.ts'
import { TOOLS } from '../../contract/tools.ts'
import type { ToolArguments, ToolInput } from '../../contract/tools.ts'
import type { Embedder } from '../../embedding/embedder.ts'
import { createHashEmbedder } from '../../embedding/hash-embedder.ts'
import type { MemoryStore } from '../../storage/memory-store.ts'
import { openStores } from '../../storage/open-stores.ts'
import { AuditReader } from '../../coordination/audit/audit-reader.ts'
import { AgentService } from '../../coordination/agent-service.ts'
import { TokenService } from '../../coordination/token-service.ts'
import { TaskService } from '../../coordination/task-service.ts'
import type { ExecutionService } from '../../coordination/workflows/execution-service.ts'
import type { WorkflowLimits } from '../../coordination/workflows/workflow-limits.ts'
import type { WorkflowService } from '../../coordination/workflows/workflow-service.ts'
import { EmbeddingModels } from '../../memory/embedding-models.ts'
import { MemoryReader } from '../../memory/memory-reader.ts'
import { MemorySearch } from '../../memory/memory-search.ts'
import { MemoryWriter } from '../../memory/memory-writer.ts'
import type { MemoryDraft } from '../../memory/memory-writer.ts'
import { SEARCH_WEIGHTS } from '../../memory/ranking.ts'
import { SecretScreen } from '../../memory/secrets/secret-screen.ts'
import { VectorIndexer } from '../../memory/vector-indexer.ts'
import { createWorkflowParts } from '../workflow-parts.ts'

export const START = Date.parse('2026-11-22T10:00:00.000Z')

export function agentScope(agentId: string, namespace = 'default', isAdmin = false): Scope {
  return { kind: 'agent', agentId, namespace, isAdmin }
}

export const owner = OWNER_SCOPE

/** The memory layer over a real SQLite file, with a clock that stands still and the hash embedder. */
export interface MemoryParts {
  readonly store: MemoryStore
  readonly clock: FixedClock
  readonly reader: MemoryReader
  readonly agents: AgentService
  readonly tasks: TaskService
  readonly tokens: TokenService
  readonly writer: MemoryWriter
  readonly search: MemorySearch
  readonly workflows: WorkflowService
  readonly executions: ExecutionService
  readonly audit: AuditReader
  readonly indexer: VectorIndexer
  readonly announced: Announcement[]
  close(): Promise<void>
}

/** The defaults of the settings. */
const WORKFLOW_LIMITS: WorkflowLimits = {
  maxSteps: 100,
  maxTotalSteps: 1_000,
  maxDepth: 4,
  maxSeconds: 7 * 86_400,
  maxOutputBytes: 64 * 1024,
  maxRunning: 100,
  keepDays: 30,
}

export async function openMemoryParts(embedder: Embedder = createHashEmbedder()): Promise<MemoryParts> {
  const folder = await mkdtemp(join(tmpdir(), 'tmws-memory-'))
  const stores = await openStores({
    provider: 'sqlite',
    file: join(folder, 'tmws.db'),
    backupFolder: join(folder, 'backups'),
    synchronous: 'normal',
    log: silentLog,
  })
  const store = stores.memories
  const clock = new FixedClock(START)
  const bus = new LocalEventBus(silentLog)
  const announced: Announcement[] = []
  bus.subscribe((announcement) => announced.push(announcement))
  const resources = new ResourceStack(silentLog)
  // What no test of these parts runs: steps are tested on a whole server.
  const callTool = (): Promise<never> => Promise.reject(new AppError('unavailable', 'There are no tools here.'))
  const { workflows, executions } = createWorkflowParts({
    stores,
    bus,
    clock,
    limits: WORKFLOW_LIMITS,
    callTool,
    log: silentLog,
    resources,
  })
  const models = new EmbeddingModels({ store, embedder, clock, log: silentLog })
  const indexer = new VectorIndexer({ store, models, clock, log: silentLog })
  const reader = new MemoryReader({ store, clock })
  return {
    store,
    clock,
    reader,
    agents: new AgentService({ store: stores.agents, reader, clock, liveSessions: () => Promise.resolve(new Map()) }),
    tasks: new TaskService({ store: stores.tasks, clock, bus }),
    tokens: new TokenService({ store: stores.tokens, bus, clock }),
    workflows,
    executions,
    audit: new AuditReader({ store: stores.audit, clock }),
    writer: new MemoryWriter({ store, clock, bus, vectors: indexer, screen: new SecretScreen(() => 'warn') }),
    search: new MemorySearch({ store, models, clock, log: silentLog }),
    indexer,
    announced,
    close: async () => {
      await indexer.close()
      await models.close()
      await resources.close()
      await store.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Arguments as the tools hand them on: defaults filled in. */
export function draft(content: string, more: Partial<ToolInput<'store_memory'>> = {}): MemoryDraft {
  return { ...TOOLS.store_memory.input.parse({ content, ...more }), access_level: more.access_level ?? 'private' }
}

export function changes(memoryId: string, more: Omit<ToolInput<'update_memory'>, 'memory_id'>): ToolArguments<'update_memory'> {
  return TOOLS.update_memory.input.parse({ memory_id: memoryId, ...more })
}

export function grants(memoryId: string, more: Omit<ToolInput<'share_memory'>, 'memory_id'>): ToolArguments<'share_memory'> {
  return TOOLS.share_memory.input.parse({ memory_id: memoryId, ...more })
}

export function searchFor(query: string, more: Partial<ToolInput<'semantic_search'>> = {}) {
  const args = TOOLS.semantic_search.input.parse({ query, ...more })
  return {
    ...args,
    minScore: args.min_score,
    includeShared: args.include_shared,
    includeSuperseded: args.include_superseded,
    weights: SEARCH_WEIGHTS,
  }
}

export function listOf(more: ToolInput<'list_memories'> = {}) {
  return TOOLS.list_memories.input.parse(more)
}
