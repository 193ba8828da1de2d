import { canSeeExecution } from '../../contract/scope.ts'
import type { Scope } from '../../contract/scope.ts'
import type { Execution, ExecutionSummary } from '../../contract/workflow.ts'
import { tooManySteps } from '../execution-rules.ts'
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
import { decodeCursor, encodeCursor } from '../list-cursor.ts'

interface Entry extends NewExecution {
  readonly seq: number
  readonly cancelReason?: string
  readonly lease?: { readonly runnerId: string; readonly until: string }
}

// Each method is one turn of the event loop: nothing comes between its checks and its change.
/* eslint-disable @typescript-eslint/require-await -- async, so that a refusal rejects rather than throws */

/** Runs of workflows of one process. They are gone when it ends. */
export class VolatileExecutionStore implements ExecutionStore {
  readonly #entries = new Map<string, Entry>()
  #lastSeq = 0

  /** For the transfer. */
  get all(): RunnableExecution[] {
    return this.#all().map(({ execution, definition, scope, cancelReason: reason }) => {
      return structuredClone({ execution, definition, scope, ...(reason !== undefined && { cancel: { id: execution.id, reason } }) })
    })
  }

  /** For the transfer: puts it there as it is, in nobody's hands. */
  put({ execution, definition, scope, cancel }: RunnableExecution): void {
    this.#lastSeq += 1
    const seq = this.#entries.get(execution.id)?.seq ?? this.#lastSeq
    const entry = { execution, definition, scope, seq, ...(cancel && { cancelReason: cancel.reason }) }
    this.#entries.set(execution.id, structuredClone(entry))
  }

  async start(started: NewExecution, maxSteps: number): Promise<Execution> {
    const { execution } = started
    const known = this.#entries.get(execution.id)
    if (known) return structuredClone(known.execution)
    const family = this.#all().filter((entry) => entry.execution.root_execution_id === execution.root_execution_id)
    const steps = family.reduce((sum, entry) => sum + entry.execution.steps.length, execution.steps.length)
    if (steps > maxSteps) throw tooManySteps(maxSteps)
    this.#lastSeq += 1
    this.#entries.set(execution.id, { ...structuredClone(started), seq: this.#lastSeq })
    return structuredClone(execution)
  }

  async get(id: string, scope: Scope): Promise<Execution | undefined> {
    const execution = this.#entries.get(id)?.execution
    return execution && canSeeExecution(execution, scope) ? structuredClone(execution) : undefined
  }

  async list(query: ExecutionQuery, scope: Scope): Promise<ExecutionPage> {
    const before = query.cursor === undefined ? Infinity : (decodeCursor(query.cursor, 'executions', 1)[0] ?? 0)
    const all = this.#all()
      .filter(({ execution }) => canSeeExecution(execution, scope) && fits(execution, query))
      .sort((a, b) => b.seq - a.seq)
    const left = all.filter(({ seq }) => seq < before)
    const page = left.slice(0, query.limit)
    const last = page.at(-1)
    return {
      executions: page.map(({ execution }) => toSummary(execution)),
      total: all.length,
      ...(last && left.length > page.length && { nextCursor: encodeCursor('executions', [last.seq]) }),
    }
  }

  async claim({ runnerId, now, leaseUntil, limit, dead, onlyNested }: LeaseClaim): Promise<RunnableExecution[]> {
    const free = this.#open().filter(
      ({ execution, lease }) =>
        (lease === undefined || lease.until <= now || dead.includes(lease.runnerId)) && (onlyNested !== true || execution.depth > 0),
    )
    return free.slice(0, limit).map((entry) => {
      const { execution, definition, scope, cancelReason } = entry
      this.#entries.set(execution.id, { ...entry, lease: { runnerId, until: leaseUntil } })
      return structuredClone({
        execution,
        definition,
        scope,
        ...(cancelReason !== undefined && { cancel: { id: execution.id, reason: cancelReason } }),
      })
    })
  }

  async runners(now: string): Promise<string[]> {
    return [...new Set(this.#open().flatMap(({ lease }) => (lease && lease.until > now ? [lease.runnerId] : [])))]
  }

  async renew({ runnerId, ids, now, leaseUntil }: LeaseRenewal): ReturnType<ExecutionStore['renew']> {
    const held = this.#open().filter(
      ({ execution, lease }) => ids.includes(execution.id) && lease?.runnerId === runnerId && lease.until > now,
    )
    for (const entry of held) this.#entries.set(entry.execution.id, { ...entry, lease: { runnerId, until: leaseUntil } })
    return {
      held: held.map(({ execution }) => execution.id),
      toCancel: held.flatMap(({ execution, cancelReason: reason }) => (reason === undefined ? [] : [{ id: execution.id, reason }])),
    }
  }

  async record(id: string, runnerId: string, change: ExecutionChange): Promise<boolean> {
    const entry = this.#entries.get(id)
    if (entry?.lease?.runnerId !== runnerId || entry.execution.completed_at !== undefined) return false
    const { lease, ...rest } = entry
    const changed = new Map(structuredClone(change.steps).map((run) => [run.id, run]))
    const execution: Execution = {
      ...entry.execution,
      status: change.status,
      ...(change.startedAt !== undefined && { started_at: change.startedAt }),
      ...(change.completedAt !== undefined && { completed_at: change.completedAt }),
      ...(change.output && { output: structuredClone(change.output) }),
      ...(change.outputTruncated === true && { output_truncated: true }),
      ...(change.error && { error: change.error }),
      steps: entry.execution.steps.map((run) => changed.get(run.id) ?? run),
    }
    this.#entries.set(id, { ...rest, execution, ...(change.completedAt === undefined && { lease }) })
    return true
  }

  async release(runnerId: string): Promise<void> {
    for (const { lease, ...rest } of this.#all()) if (lease?.runnerId === runnerId) this.#entries.set(rest.execution.id, rest)
  }

  async requestCancel(id: string, reason: string): Promise<string[]> {
    const family = new Set([id])
    // A run is always younger than the one that started it.
    for (const { execution } of this.#all()) if (family.has(execution.parent_execution_id ?? '')) family.add(execution.id)
    const open = this.#open().filter(({ execution }) => family.has(execution.id))
    for (const entry of open) this.#entries.set(entry.execution.id, { ...entry, cancelReason: reason })
    return open.map(({ execution }) => execution.id)
  }

  async purge(endedBefore: string): Promise<number> {
    const ended = this.#all().filter(({ execution }) => (execution.completed_at ?? endedBefore) < endedBefore)
    for (const { execution } of ended) this.#entries.delete(execution.id)
    return ended.length
  }

  #all(): Entry[] {
    return [...this.#entries.values()]
  }

  #open(): Entry[] {
    return this.#all().filter(({ execution }) => execution.completed_at === undefined)
  }
}

function fits(execution: Execution, query: ExecutionQuery): boolean {
  if (query.workflowId !== undefined && execution.workflow_id !== query.workflowId) return false
  return query.status === undefined || query.status.includes(execution.status)
}

function toSummary({ input: _input, output: _output, output_truncated: _isCut, steps: _steps, ...summary }: Execution): ExecutionSummary {
  return structuredClone(summary)
}
