import { AppError } from '../../base/errors.ts'
import type { HistoryEntry, Link, Memory } from '../../contract/memory.ts'
import type { Scope } from '../../contract/scope.ts'
import type { Log } from '../../base/log.ts'
import { WorkerChannel, workerFile } from '../../base/worker-channel.ts'
import type {
  CandidateQuery,
  CandidateSet,
  Change,
  KnownModel,
  ListQuery,
  MemoryPatch,
  MemoryStore,
  NewMemory,
  UpdateOptions,
  VectorEntry,
  VectorModel,
} from '../memory-store.ts'
import type { AgentStore } from '../agent-store.ts'
import type { AuditStore } from '../audit-store.ts'
import type { ExecutionStore } from '../execution-store.ts'
import type { MapStore } from '../map-store.ts'
import type { SessionStore } from '../session-store.ts'
import type { TaskStore } from '../task-store.ts'
import type { TokenStore } from '../token-store.ts'
import type { TransferStore } from '../transfer-store.ts'
import type { WorkflowStore } from '../workflow-store.ts'
import { packVectors } from '../sql/sql-vectors.ts'
import { packNewMemory, packPatch, unpackHistoryEntry, unpackMemory } from '../stored-memory.ts'
import { unpackCandidates } from './packed-candidates.ts'
import { SqliteAgentStore } from './sqlite-agent-store.ts'
import { SqliteAuditStore } from './sqlite-audit-store.ts'
import { SqliteExecutionStore } from './sqlite-execution-store.ts'
import type { SqliteFileOptions } from './sqlite-database.ts'
import type { SqliteEngine } from './sqlite-engine.ts'
import { sqliteMapStore } from './sqlite-map-store.ts'
import { SqliteSessionStore } from './sqlite-session-store.ts'
import { SqliteTaskStore } from './sqlite-task-store.ts'
import { sqliteTokenStore } from './sqlite-token-store.ts'
import { SqliteTransferStore } from './sqlite-transfer-store.ts'
import { SqliteWorkflowStore } from './sqlite-workflow-store.ts'
import type { EngineMethod, SqliteAnswer } from './sqlite-worker.ts'

export interface SqliteStoreOptions extends SqliteFileOptions {
  readonly log: Log
  /** Returns before the file is open: calls wait for that, and each says by itself why when it cannot be opened. */
  readonly opensLater?: boolean
}

/** Opens the store in a file, making it if there is none. Throws `unavailable` with what to do when the file is damaged or too new. */
export async function openSqliteMemoryStore(options: SqliteStoreOptions): Promise<SqliteMemoryStore> {
  const { log, opensLater = false, ...fileOptions } = options
  const channel = new WorkerChannel(
    workerFile('sqlite-worker', import.meta.url),
    { workerData: fileOptions, name: 'tmws-sqlite' },
    { maxPending: MAX_PENDING, name: 'The store' },
  )
  const store = new SqliteMemoryStore(channel, log)
  if (opensLater) {
    void store.start().catch((error: unknown) => log.error({ err: error }, 'the store could not be opened; the next call tries again'))
    return store
  }
  try {
    await store.start()
    return store
  } catch (error) {
    await channel.terminate()
    throw error
  }
}

const MAX_PENDING = 10_000
const SLOW_MS = 50
/** What nobody waits for. */
const UNHURRIED: ReadonlySet<EngineMethod> = new Set([
  'ping',
  'expire',
  'emptyTrash',
  'dropUnusedVectors',
  'checkIntegrity',
  'backup',
  'readTransfer',
  'countTransfer',
  'writeTransfer',
  'readAuditChain',
  'pruneAudit',
  'callMap',
  'close',
])

/** The store as the rest of the program sees it; all work is done on a thread of its own (sqlite-worker.ts). */
export class SqliteMemoryStore implements MemoryStore {
  readonly capabilities = { label: 'SQLite', isDurable: true, isShared: false }
  readonly #channel: WorkerChannel
  readonly #log: Log
  #closing: Promise<void> | undefined

  constructor(channel: WorkerChannel, log: Log) {
    this.#channel = channel
    this.#log = log
  }

  /** Settles when the thread has ended without having been asked to; nothing brings it back. */
  get died(): Promise<Error> {
    return this.#channel.ended.then((reason) =>
      this.#closing ? new Promise<never>(() => undefined) : (reason ?? new Error('the thread of the store has ended')),
    )
  }

  /** The agents that the same file holds. */
  get agents(): AgentStore {
    return new SqliteAgentStore((method, ...args) => this.#call(method, ...args))
  }

  /** The tasks that the same file holds. */
  get tasks(): TaskStore {
    return new SqliteTaskStore((method, ...args) => this.#call(method, ...args))
  }

  /** The workflows that the same file holds. */
  get workflows(): WorkflowStore {
    return new SqliteWorkflowStore((method, ...args) => this.#call(method, ...args))
  }

  /** Their runs. */
  get executions(): ExecutionStore {
    return new SqliteExecutionStore((method, ...args) => this.#call(method, ...args))
  }

  /** What the same file holds of sessions, for those that come back. */
  get sessions(): SessionStore {
    return new SqliteSessionStore((method, ...args) => this.#call(method, ...args), this.capabilities)
  }

  /** The tokens of clients. */
  get tokens(): TokenStore {
    return sqliteTokenStore((method, ...args) => this.#call(method, ...args))
  }

  /** The log of what was done to it. */
  get audit(): AuditStore {
    return new SqliteAuditStore((method, ...args) => this.#call(method, ...args))
  }

  /** Where they lie on the map. */
  get map(): MapStore {
    return sqliteMapStore((method, ...args) => this.#call(method, ...args))
  }

  /** All of it, to be moved. */
  get transfer(): TransferStore {
    return new SqliteTransferStore((method, ...args) => this.#call(method, ...args))
  }

  /** Waits until the file is open. */
  async start(): Promise<void> {
    await this.#call('ping')
  }

  async insert(memory: NewMemory, change: Change): Promise<{ memory: Memory; isDuplicate: boolean }> {
    const answer = await this.#call('insert', packNewMemory(memory), change)
    return { ...answer, memory: unpackMemory(answer.memory) }
  }

  async get(id: string, scope: Scope, options: { readonly now: string; readonly includeTrash?: boolean }): Promise<Memory | undefined> {
    const found = await this.#call('get', id, scope, options)
    return found && unpackMemory(found)
  }

  async getMany(ids: readonly string[], scope: Scope, now: string): Promise<Memory[]> {
    return (await this.#call('getMany', ids, scope, now)).map(unpackMemory)
  }

  async update(id: string, patch: MemoryPatch, change: Change, options?: UpdateOptions): Promise<Memory> {
    return unpackMemory(await this.#call('update', id, packPatch(patch), change, options))
  }

  async trash(id: string, change: Change): Promise<Memory> {
    return unpackMemory(await this.#call('trash', id, change))
  }

  async untrash(id: string, change: Change): Promise<Memory> {
    return unpackMemory(await this.#call('untrash', id, change))
  }

  async purge(id: string, change: Change): Promise<Memory> {
    return unpackMemory(await this.#call('purge', id, change))
  }

  async list(query: ListQuery, scope: Scope): Promise<{ memories: Memory[]; total: number; nextCursor?: string }> {
    const page = await this.#call('list', query, scope)
    return { ...page, memories: page.memories.map(unpackMemory) }
  }

  async history(
    id: string,
    scope: Scope,
    page: { readonly limit: number; readonly cursor?: string; readonly now: string },
  ): Promise<{ entries: HistoryEntry[]; nextCursor?: string }> {
    const found = await this.#call('history', id, scope, page)
    return { ...found, entries: found.entries.map(unpackHistoryEntry) }
  }

  links(id: string, scope: Scope, now: string): Promise<{ outgoing: Link[]; incoming: { from: string; kind: Link['kind'] }[] }> {
    return this.#call('links', id, scope, now)
  }

  visibleIds(ids: readonly string[], scope: Scope, now: string): Promise<string[]> {
    return this.#call('visibleIds', ids, scope, now)
  }

  touch(ids: readonly string[], now: string): Promise<void> {
    return this.#call('touch', ids, now)
  }

  tags(scope: Scope, limit: number, now: string): Promise<{ tag: string; count: number }[]> {
    return this.#call('tags', scope, limit, now)
  }

  count(scope: Scope, now: string, filter?: { readonly agentId?: string }): Promise<number> {
    return this.#call('count', scope, now, filter?.agentId)
  }

  async candidates({ vector, ...query }: CandidateQuery, scope: Scope): Promise<CandidateSet> {
    const isAhead = vector instanceof Promise && query.text !== undefined
    const [begun, made] = await Promise.all([isAhead ? this.#call('beginCandidates', query, scope) : undefined, vector])
    return unpackCandidates(await this.#call('candidates', query, made, scope, begun))
  }

  async putVectors(model: VectorModel, entries: readonly VectorEntry[]): Promise<number> {
    return this.#call('putVectors', model, packVectors(model, entries))
  }

  withoutVectors(modelId: string, limit: number, now: string): Promise<{ id: string; contentVersion: number; text: string }[]> {
    return this.#call('withoutVectors', modelId, limit, now)
  }

  countWithoutVectors(modelId: string, now: string): Promise<number> {
    return this.#call('countWithoutVectors', modelId, now)
  }

  models(): Promise<KnownModel[]> {
    return this.#call('models')
  }

  useModel(model: Omit<KnownModel, 'isInUse'>): Promise<void> {
    return this.#call('useModel', model)
  }

  dropUnusedVectors(keep: readonly string[], limit: number): Promise<number> {
    return this.#call('dropUnusedVectors', keep, limit)
  }

  expire(now: string): Promise<number> {
    return this.#call('expire', now)
  }

  emptyTrash(deletedBefore: string): Promise<number> {
    return this.#call('emptyTrash', deletedBefore)
  }

  ping(): Promise<void> {
    return this.#call('ping')
  }

  checkIntegrity(): Promise<string[]> {
    return this.#call('checkIntegrity')
  }

  /** Copies the store into a new file while it goes on working. */
  backup(toFile: string): Promise<void> {
    return this.#call('backup', toFile)
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    try {
      await this.#call('close')
    } finally {
      await this.#channel.terminate()
    }
  }

  async #call<M extends EngineMethod>(method: M, ...args: Parameters<SqliteEngine[M]>): Promise<Awaited<ReturnType<SqliteEngine[M]>>> {
    if (this.#closing && method !== 'close') throw new AppError('unavailable', 'The store has stopped.')
    const { result, durationMs } = await this.#channel.call<SqliteAnswer>(method, args)
    if (durationMs > SLOW_MS && !UNHURRIED.has(method))
      this.#log.warn({ operation: method, duration_ms: Math.round(durationMs) }, 'the store was slow')
    // The worker answers with what this method of the engine returned.
    return result as Awaited<ReturnType<SqliteEngine[M]>>
  }
}
