import { isDeepStrictEqual } from 'node:util'
import { AppError } from '../base/errors.ts'
import type { Task } from '../contract/task.ts'
import { ENDED_STATES } from '../contract/workflow.ts'
import type { Workflow } from '../contract/workflow.ts'
import type { StoredMemory } from './stored-memory.ts'
import type { AgentRecord, RunnableExecution, TransferRecord, WriteOptions, WriteOutcome } from './transfer-store.ts'

/** How a record that arrives meets the one of its id that is there: the same for every dialect. */

export const NEW: WriteOutcome = { result: 'new' }
export const UNCHANGED: WriteOutcome = { result: 'unchanged' }

/**
 * Versions and times of change do not count: a replaced memory gets a version above both, and must be found unchanged the next time.
 * Accesses do not either: they are no change.
 */
export function meetMemory(there: StoredMemory, comes: StoredMemory, options: WriteOptions): WriteOutcome {
  const arrived = options.isWithoutTimes === true ? { ...comes, created_at: there.created_at } : comes
  return isDeepStrictEqual(comparable(there), comparable(arrived)) ? UNCHANGED : conflict(options)
}

/** One that was only seen gives way to one that registered, and never the other way round; nothing is lost by either. */
export function meetAgent(there: AgentRecord, comes: AgentRecord, options: WriteOptions): WriteOutcome {
  if (!comes.is_registered) return UNCHANGED
  if (!there.is_registered) return { result: 'replaced' }
  return isDeepStrictEqual(registration(there), registration(comes)) ? UNCHANGED : conflict(options)
}

/** The agent that stays when `comes` takes the place of `there`: known since the earlier time, seen at the later one. */
export function mergeAgent(there: AgentRecord, comes: AgentRecord): AgentRecord {
  const seen = [there.last_seen_at, comes.last_seen_at].filter((time) => time !== undefined).sort()
  const [first = comes.created_at] = [there.created_at, comes.created_at].sort()
  const last = seen.at(-1)
  return { ...comes, created_at: first, ...(last !== undefined && { last_seen_at: last }) }
}

export function meetTask(there: Task, comes: Task, options: WriteOptions): WriteOutcome {
  return isDeepStrictEqual(there, comes) ? UNCHANGED : conflict(options)
}

/** When a schedule ran last is no change of the workflow. */
export function meetWorkflow(there: Workflow, comes: Workflow, options: WriteOptions): WriteOutcome {
  return isDeepStrictEqual(definition(there), definition(comes)) ? UNCHANGED : conflict(options)
}

/** A run that has come further here than in what arrives is the same run, later. */
export function meetExecution(there: RunnableExecution, comes: RunnableExecution, options: WriteOptions): WriteOutcome {
  const isFurther = hasEnded(there) && !hasEnded(comes)
  return isFurther || isDeepStrictEqual(there, comes) ? UNCHANGED : conflict(options)
}

/** The memory that takes the place of `there`: a version above both, so that the history stays in order. */
export function replacementOf(there: StoredMemory, comes: StoredMemory, now: string): StoredMemory {
  return { ...comes, version: Math.max(there.version, comes.version) + 1, updated_at: now }
}

/** What hangs on a memory of the same call that was skipped is skipped with it. */
export function skipWithMemory(records: readonly TransferRecord[], outcomes: Map<TransferRecord, WriteOutcome>): void {
  const skipped = new Map<string, WriteOutcome>()
  for (const record of records) {
    const outcome = record.kind === 'memory' ? outcomes.get(record) : undefined
    if (record.kind === 'memory' && outcome?.result === 'skipped') skipped.set(record.memory.id, outcome)
    const inherited = record.kind === 'history' || record.kind === 'vector' ? skipped.get(record.memoryId) : undefined
    if (inherited) outcomes.set(record, inherited)
  }
}

export function badTransferCursor(): AppError {
  return new AppError('invalid_request', 'The cursor is not of this read; leave it out to start at the beginning.', {
    details: { field: 'cursor' },
  })
}

function conflict({ onConflict }: WriteOptions): WriteOutcome {
  return onConflict === 'replace' ? { result: 'replaced' } : { result: 'skipped', reason: 'conflict' }
}

function comparable({
  version: _version,
  updated_at: _updatedAt,
  accessed_at: _accessedAt,
  access_count: _accessCount,
  ...rest
}: StoredMemory) {
  return rest
}

function registration({ last_seen_at: _lastSeenAt, created_at: _createdAt, ...rest }: AgentRecord) {
  return rest
}

function definition({ next_run_at: _nextRunAt, last_run_at: _lastRunAt, ...rest }: Workflow) {
  return rest
}

function hasEnded({ execution }: RunnableExecution): boolean {
  return ENDED_STATES.includes(execution.status)
}
