import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { createPrivateFile, PRIVATE_FOLDER } from '../../base/private-files.ts'
import type { Link } from '../../contract/memory.ts'
import type { Scope } from '../../contract/scope.ts'
import type { Task } from '../../contract/task.ts'
import type { Execution, Workflow } from '../../contract/workflow.ts'
import type { AgentRecord, AgentStore, NewAgent } from '../agent-store.ts'
import type {
  ExecutionChange,
  ExecutionPage,
  ExecutionQuery,
  ExecutionStore,
  LeaseClaim,
  LeaseRenewal,
  NewExecution,
  RunnableExecution,
} from '../execution-store.ts'
import type { Change, KnownModel, ListQuery, QuestionVector, UpdateOptions, VectorModel } from '../memory-store.ts'
import type { SqlParts } from '../sql/search-index.ts'
import { extendSessions, pruneSessions, removeSession, saveSession, takeSession } from '../sql/sql-sessions.ts'
import { findAgent, listAgents, registerAgent, seeAgent } from '../sql/sql-agents.ts'
import { claimExecutions, leaseHolders, recordExecution, releaseLeases, renewLeases } from '../sql/sql-execution-leases.ts'
import { findExecution, insertExecution, listExecutions, purgeExecutions, requestCancel } from '../sql/sql-executions.ts'
import type { MemoryDb } from '../sql/sql-schema.ts'
import { countMemories, findMemory, getMany, listHistory, listLinks, listMemories, listTags, visibleIds } from '../sql/sql-read.ts'
import { listTasks } from '../sql/sql-task-list.ts'
import { dropUnusedVectors, listModels, putInUse } from '../sql/sql-models.ts'
import { findTask, insertTask, removeTask, rewriteTask } from '../sql/sql-tasks.ts'
import { SQL_TOKENS } from '../sql/sql-tokens.ts'
import { SqlTransfer } from '../sql/sql-transfer.ts'
import { countWithoutVectors, putVectors, withoutVectors } from '../sql/sql-vectors.ts'
import type { PackedVectorEntry } from '../sql/sql-vectors.ts'
import {
  advanceWorkflow,
  dueWorkflows,
  findWorkflow,
  findWorkflowByName,
  insertWorkflow,
  listWorkflows,
  nextDueAt,
  removeWorkflow,
  rewriteWorkflow,
} from '../sql/sql-workflows.ts'
import {
  emptyTrash,
  expireMemories,
  insertMemory,
  moveToTrash,
  purgeMemory,
  takeFromTrash,
  touchMemories,
  updateMemory,
} from '../sql/sql-write.ts'
import type { PruneLimits, SessionClaim, SessionRecord } from '../session-store.ts'
import type { PackedNewMemory, PackedPatch, StoredMemory } from '../stored-memory.ts'
import type { NewTask, TaskChange, TaskPage, TaskQuery, TaskResult } from '../task-store.ts'
import type { TokenStore } from '../token-store.ts'
import type { TransferKind, TransferPage, TransferRecord, TransferSelection, WriteOptions, WriteOutcome } from '../transfer-store.ts'
import type { WorkflowPage, WorkflowQuery } from '../workflow-store.ts'
import type { PackedCandidates } from './packed-candidates.ts'
import type { WordQuery } from './sqlite-candidates.ts'
import { copyEncryptedAside } from './sqlite-copy.ts'
import { checkFile, openDatabase } from './sqlite-database.ts'
import type { SqliteFileOptions } from './sqlite-database.ts'
import type { SqliteConnection } from './sqlite-driver.ts'
import { createKysely } from './sqlite-kysely.ts'
import { SqliteMapEngine } from './sqlite-map-engine.ts'
import { SqliteSearchIndex } from './sqlite-search-index.ts'
import { SqliteSearches } from './sqlite-searches.ts'

const CLOSING_BUSY_TIMEOUT_MS = 200

/** Everything the store does, on the thread that holds the connection. One call at a time: its caller sees to that. */
export class SqliteEngine extends SqliteMapEngine {
  readonly #options: SqliteFileOptions
  readonly #connection: SqliteConnection
  readonly #index: SqliteSearchIndex
  readonly #parts: SqlParts
  readonly #searches: SqliteSearches
  readonly #transfer: SqlTransfer
  protected readonly db: MemoryDb

  constructor(options: SqliteFileOptions) {
    super()
    const connection = openDatabase(options)
    this.#options = options
    this.#connection = connection
    this.#index = new SqliteSearchIndex(connection)
    this.db = createKysely(connection)
    this.#parts = { db: this.db, index: this.#index }
    this.#searches = new SqliteSearches({ db: this.db, connection, index: this.#index })
    this.#transfer = new SqlTransfer(this.#parts)
    if (options.readOnly !== true) this.#index.text.rebuildIfOutdated()
  }

  insert(memory: PackedNewMemory, change: Change): Promise<{ memory: StoredMemory; isDuplicate: boolean }> {
    return this.#write(insertMemory(this.#parts, memory, change))
  }

  async get(
    id: string,
    scope: Scope,
    options: { readonly now: string; readonly includeTrash?: boolean },
  ): Promise<StoredMemory | undefined> {
    return (await findMemory(this.#parts.db, id, scope, Date.parse(options.now), options.includeTrash))?.memory
  }

  getMany(ids: readonly string[], scope: Scope, now: string): Promise<StoredMemory[]> {
    return getMany(this.#parts.db, ids, scope, Date.parse(now))
  }

  update(id: string, patch: PackedPatch, change: Change, options?: UpdateOptions): Promise<StoredMemory> {
    return this.#write(updateMemory(this.#parts, id, patch, change, options))
  }

  trash(id: string, change: Change): Promise<StoredMemory> {
    return this.#write(moveToTrash(this.#parts, id, change))
  }

  untrash(id: string, change: Change): Promise<StoredMemory> {
    return this.#write(takeFromTrash(this.#parts, id, change))
  }

  purge(id: string, change: Change): Promise<StoredMemory> {
    return this.#write(purgeMemory(this.#parts, id, change))
  }

  list(query: ListQuery, scope: Scope): ReturnType<typeof listMemories> {
    return listMemories(this.#parts.db, query, scope)
  }

  history(
    id: string,
    scope: Scope,
    page: { readonly limit: number; readonly cursor?: string; readonly now: string },
  ): ReturnType<typeof listHistory> {
    return listHistory(this.#parts.db, id, scope, page)
  }

  links(id: string, scope: Scope, now: string): Promise<{ outgoing: Link[]; incoming: { from: string; kind: Link['kind'] }[] }> {
    return listLinks(this.#parts.db, id, scope, Date.parse(now))
  }

  visibleIds(ids: readonly string[], scope: Scope, now: string): Promise<string[]> {
    return visibleIds(this.#parts.db, ids, scope, Date.parse(now))
  }

  touch(ids: readonly string[], now: string): Promise<void> {
    return touchMemories(this.#parts, ids, now)
  }

  tags(scope: Scope, limit: number, now: string): Promise<{ tag: string; count: number }[]> {
    return listTags(this.#parts.db, scope, limit, Date.parse(now))
  }

  count(scope: Scope, now: string, agentId?: string): Promise<number> {
    return countMemories(this.#parts.db, scope, Date.parse(now), agentId)
  }

  /** Looks for the words of a question whose vector is to come; the number is for `candidates`. */
  beginCandidates(query: WordQuery, scope: Scope): number {
    return this.#searches.begin(query, scope)
  }

  candidates(query: WordQuery, vector: QuestionVector | undefined, scope: Scope, begun?: number): Promise<PackedCandidates> {
    return this.#searches.run(query, vector, scope, begun)
  }

  putVectors(model: VectorModel, entries: readonly PackedVectorEntry[]): Promise<number> {
    return this.#write(putVectors(this.#parts, model, entries))
  }

  withoutVectors(modelId: string, limit: number, now: string): Promise<{ id: string; contentVersion: number; text: string }[]> {
    return withoutVectors(this.#parts.db, modelId, limit, Date.parse(now))
  }

  countWithoutVectors(modelId: string, now: string): Promise<number> {
    return countWithoutVectors(this.#parts.db, modelId, Date.parse(now))
  }

  models(): Promise<KnownModel[]> {
    return listModels(this.#parts.db)
  }

  useModel(model: Omit<KnownModel, 'isInUse'>): Promise<void> {
    return this.#write(putInUse(this.#parts, model))
  }

  dropUnusedVectors(keep: readonly string[], limit: number): Promise<number> {
    return this.#write(dropUnusedVectors(this.#parts, keep, limit))
  }

  expire(now: string): Promise<number> {
    return this.#write(expireMemories(this.#parts, now))
  }

  emptyTrash(deletedBefore: string): Promise<number> {
    return this.#write(emptyTrash(this.#parts, deletedBefore))
  }

  seeAgent(agentId: string, namespace: string, now: string): Promise<void> {
    return seeAgent(this.#parts.db, agentId, namespace, now)
  }

  registerAgent(agent: NewAgent, now: string): Promise<AgentRecord> {
    return registerAgent(this.#parts.db, agent, now)
  }

  getAgent(agentId: string): Promise<AgentRecord | undefined> {
    return findAgent(this.#parts.db, agentId)
  }

  listAgents(query: Parameters<AgentStore['list']>[0]): ReturnType<AgentStore['list']> {
    return listAgents(this.#parts.db, query)
  }

  callTokens<M extends keyof TokenStore>(method: M, args: Parameters<TokenStore[M]>): ReturnType<TokenStore[M]> {
    return SQL_TOKENS[method](this.#parts.db, ...args)
  }

  createTask(task: NewTask, change: TaskChange): Promise<Task> {
    return insertTask(this.#parts.db, task, change)
  }

  getTask(id: string, scope: Scope): Promise<Task | undefined> {
    return findTask(this.#parts.db, id, scope)
  }

  replaceTask(task: Task, change: TaskChange): Promise<TaskResult> {
    return rewriteTask(this.#parts.db, task, change)
  }

  deleteTask(id: string, change: TaskChange, version: number): Promise<Task> {
    return removeTask(this.#parts.db, id, change, version)
  }

  listTasks(query: TaskQuery, scope: Scope): Promise<TaskPage> {
    return listTasks(this.#parts.db, query, scope)
  }

  createWorkflow(workflow: Workflow): Promise<Workflow> {
    return insertWorkflow(this.#parts.db, workflow)
  }

  getWorkflow(id: string, scope: Scope): Promise<Workflow | undefined> {
    return findWorkflow(this.#parts.db, id, scope)
  }

  getWorkflowByName(name: string, scope: Scope): Promise<Workflow | undefined> {
    return findWorkflowByName(this.#parts.db, name, scope)
  }

  replaceWorkflow(workflow: Workflow): Promise<Workflow> {
    return rewriteWorkflow(this.#parts.db, workflow)
  }

  deleteWorkflow(id: string, version: number): Promise<void> {
    return removeWorkflow(this.#parts.db, id, version)
  }

  listWorkflows(query: WorkflowQuery, scope: Scope): Promise<WorkflowPage> {
    return listWorkflows(this.#parts.db, query, scope)
  }

  dueWorkflows(now: string, limit: number): Promise<Workflow[]> {
    return dueWorkflows(this.#parts.db, now, limit)
  }

  nextWorkflowDueAt(): Promise<string | undefined> {
    return nextDueAt(this.#parts.db)
  }

  advanceWorkflow(id: string, due: string, next: string | undefined, lastRunAt: string): Promise<boolean> {
    return advanceWorkflow(this.#parts.db, id, due, next, lastRunAt)
  }

  startExecution(execution: NewExecution, maxSteps: number): Promise<Execution> {
    return insertExecution(this.#parts.db, execution, maxSteps)
  }

  getExecution(id: string, scope: Scope): Promise<Execution | undefined> {
    return findExecution(this.#parts.db, id, scope)
  }

  listExecutions(query: ExecutionQuery, scope: Scope): Promise<ExecutionPage> {
    return listExecutions(this.#parts.db, query, scope)
  }

  claimExecutions(claim: LeaseClaim): Promise<RunnableExecution[]> {
    return claimExecutions(this.#parts.db, claim)
  }

  leaseHolders(now: string): Promise<string[]> {
    return leaseHolders(this.#parts.db, now)
  }

  renewLeases(renewal: LeaseRenewal): ReturnType<ExecutionStore['renew']> {
    return renewLeases(this.#parts.db, renewal)
  }

  recordExecution(id: string, runnerId: string, change: ExecutionChange): Promise<boolean> {
    return recordExecution(this.#parts.db, id, runnerId, change)
  }

  releaseLeases(runnerId: string): Promise<void> {
    return releaseLeases(this.#parts.db, runnerId)
  }

  requestCancel(id: string, reason: string): Promise<string[]> {
    return requestCancel(this.#parts.db, id, reason)
  }

  purgeExecutions(endedBefore: string): Promise<number> {
    return purgeExecutions(this.#parts.db, endedBefore)
  }

  saveSession(record: SessionRecord, endsAtMs: number): Promise<void> {
    return saveSession(this.#parts.db, record, endsAtMs)
  }

  takeSession(resumeHash: string, claim: SessionClaim): Promise<SessionRecord | undefined> {
    return takeSession(this.#parts.db, resumeHash, claim)
  }

  extendSessions(holder: string, nowMs: number, endsAtMs: number): Promise<void> {
    return extendSessions(this.#parts.db, holder, nowMs, endsAtMs)
  }

  removeSession(sessionId: string): Promise<void> {
    return removeSession(this.#parts.db, sessionId)
  }

  pruneSessions(limits: PruneLimits): Promise<number> {
    return pruneSessions(this.#parts.db, limits)
  }

  readTransfer(kind: TransferKind, selection: TransferSelection, cursor?: string): Promise<TransferPage> {
    return this.#transfer.read(kind, selection, cursor)
  }

  countTransfer(selection: TransferSelection): Promise<Readonly<Record<TransferKind, number>>> {
    return this.#transfer.count(selection)
  }

  writeTransfer(records: readonly TransferRecord[], options: WriteOptions): Promise<WriteOutcome[]> {
    return this.#write(this.#transfer.write(records, options))
  }

  getTransferMark(): Promise<string | undefined> {
    return this.#transfer.getMark()
  }

  setTransferMark(mark: string | undefined): Promise<void> {
    return this.#transfer.setMark(mark)
  }

  ping(): void {
    this.#connection.prepare('SELECT count(*) FROM index_state').get()
  }

  checkIntegrity(): string[] {
    return [...checkFile(this.#connection), ...this.#index.text.check()]
  }

  /** Copies the database as it stands while other calls go on; an encrypted one with its key. */
  async backup(toFile: string): Promise<void> {
    mkdirSync(dirname(toFile), { recursive: true, mode: PRIVATE_FOLDER })
    createPrivateFile(toFile)
    const { file, key } = this.#options
    if (key !== undefined) return copyEncryptedAside(file, toFile, key)
    await this.#connection.backup(toFile)
  }

  close(): void {
    if (!this.#connection.open) return
    try {
      // Others may be at work on the same file; tidying up is not worth waiting for them.
      this.#connection.pragma(`busy_timeout = ${CLOSING_BUSY_TIMEOUT_MS}`)
      this.#connection.pragma('optimize')
      this.#connection.pragma('wal_checkpoint(TRUNCATE)')
    } catch {
      // Housekeeping: on a full disk there is no room for it, and nothing is lost without.
    } finally {
      this.#connection.close()
    }
  }

  /** Keeps the index in memory in step with a change that may fail after having touched it. */
  async #write<T>(change: Promise<T>): Promise<T> {
    try {
      const result = await change
      this.#index.settle(true)
      return result
    } catch (error) {
      this.#index.settle(false)
      throw error
    }
  }
}
