import type { Task } from '../contract/task.ts'
import type { Workflow } from '../contract/workflow.ts'
import type { AgentRecord } from './agent-store.ts'
import type { RunnableExecution } from './execution-store.ts'
import type { StoredHistoryEntry, StoredMemory } from './stored-memory.ts'

export type { AgentRecord } from './agent-store.ts'
export type { RunnableExecution } from './execution-store.ts'
export type { StoredHistoryEntry, StoredMemory } from './stored-memory.ts'

/**
 * PORT. Whole records out of a store and into another, with their ids, times, versions and history. Only the person moves data, so
 * there is no scope. What a store makes for itself (sequence numbers, indexes, leases, sessions) does not cross.
 *
 * The order of records is by what they hold, never by when they came, so that two stores with the same content give the same
 * sequence. Errors: AppError `unavailable` when the store is down, `invalid_request` on a cursor that is not of this port.
 */
export interface TransferStore {
  /**
   * A page of one kind, by id. Memories come with their history (by version) and vectors (by model) right behind them. A page is
   * bounded, whatever hangs on a memory. A record is read whole, also while others write; what changes later may be missed.
   */
  read(kind: TransferKind, selection: TransferSelection, cursor?: string): Promise<TransferPage>

  /** How many records there are to read, history and vectors not counted. */
  count(selection: TransferSelection): Promise<Readonly<Record<TransferKind, number>>>

  /**
   * Merges records, in one transaction, and says what became of each, in their order. Idempotent: a second time all are `unchanged`.
   * History and vectors belong to a memory that comes before them in the same call or is there already; the caller leaves out those
   * of a memory that was skipped. Words and vectors are findable when it answers. With `dryRun` nothing is written.
   */
  write(records: readonly TransferRecord[], options: WriteOptions): Promise<WriteOutcome[]>

  /** To be called when many writes are done: does what makes all of it quick to find, and may take minutes. Absent where nothing waits for that. */
  settle?(): Promise<void>

  /** A note that a move left in this store, to be found by its next try. */
  getMark(): Promise<string | undefined>
  /** Sets it, durably, or takes it away. */
  setMark(mark: string | undefined): Promise<void>
}

/** In the order in which they are moved. */
export const TRANSFER_KINDS = ['agent', 'memory', 'task', 'workflow', 'execution'] as const
export type TransferKind = (typeof TRANSFER_KINDS)[number]

export type TransferRecord =
  | { readonly kind: 'agent'; readonly agent: AgentRecord }
  | { readonly kind: 'memory'; readonly memory: StoredMemory }
  | HistoryRecord
  | VectorRecord
  | { readonly kind: 'task'; readonly task: Task }
  | { readonly kind: 'workflow'; readonly workflow: Workflow }
  | { readonly kind: 'execution'; readonly run: RunnableExecution }

/** A change of a memory. `before` is a `StoredMemory` as JSON. */
export interface HistoryRecord {
  readonly kind: 'history'
  readonly memoryId: string
  readonly entry: StoredHistoryEntry
}

/** The vectors of a memory's content by one model, as `quantized-vector.ts` writes them, one for each window of the text. */
export interface VectorRecord {
  readonly kind: 'vector'
  readonly memoryId: string
  readonly model: string
  readonly dimensions: number
  readonly vectors: readonly Uint8Array[]
}

/** What is to be read. */
export interface TransferSelection {
  readonly namespace?: string
  /** Memories it owns, tasks and workflows it made, runs that act as it, and itself. */
  readonly agentId?: string
  readonly trash: boolean
  readonly history: boolean
  readonly vectors: boolean
}

export const EVERYTHING: TransferSelection = { trash: true, history: true, vectors: true }

export interface TransferPage {
  readonly records: readonly TransferRecord[]
  /** Absent on the last page. */
  readonly nextCursor?: string
}

export interface WriteOptions {
  /**
   * What happens to a record whose id is there with something else in it: `skip` leaves what is there; `replace` puts the record in
   * its place. What a replaced memory was stays in its history; other kinds have none.
   */
  readonly onConflict: 'skip' | 'replace'
  readonly now: string
  /** Whom the history names for what this call does itself. */
  readonly actor: string
  readonly dryRun?: boolean
  /** Gives each new memory a history row `imported`: its own history does not come. */
  readonly isWithoutHistory?: boolean
  /** The records come from where there are no times: a memory that differs in when it was made is the same. */
  readonly isWithoutTimes?: boolean
}

export type WriteOutcome =
  { readonly result: 'new' | 'unchanged' | 'replaced' } | { readonly result: 'skipped'; readonly reason: SkipReason }

/**
 * `conflict`: its id holds something else. `same_content`: another live memory of its owner and namespace says exactly this.
 * `name_taken`: another workflow of its namespace has its name. `no_memory`: what it belongs to is not there. `other_dimensions`:
 * the store knows the model with another number of dimensions.
 */
export type SkipReason = 'conflict' | 'same_content' | 'name_taken' | 'no_memory' | 'other_dimensions'
