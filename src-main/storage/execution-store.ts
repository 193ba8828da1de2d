import type { Scope } from '../contract/scope.ts'
import type { Execution, ExecutionStatus, ExecutionSummary, RunError, StepRun, WorkflowStep } from '../contract/workflow.ts'

/**
 * PORT. The runs of workflows, each with a row a step. A run belongs to the runner that holds its lease; what a runner writes
 * without it is refused, so that two never do the same steps. Times are ISO 8601 UTC with milliseconds. Errors: AppError as named,
 * and `unavailable` when the store is down.
 */
export interface ExecutionStore {
  /**
   * Keeps a new run, queued. Durable when it answers. A run of that id that is there is returned as it is. Throws `conflict` when
   * the runs of its root would have more than `maxSteps` steps together.
   */
  start(execution: NewExecution, maxSteps: number): Promise<Execution>
  /** A run that the scope may see: its own agent's, or any for the owner. */
  get(id: string, scope: Scope): Promise<Execution | undefined>
  /** A page, newest first. Throws `invalid_request` on a cursor that is not of this list. */
  list(query: ExecutionQuery, scope: Scope): Promise<ExecutionPage>
  /** Takes the lease of up to `limit` runs that have not ended and that nobody holds at `now`, the oldest first. */
  claim(claim: LeaseClaim): Promise<RunnableExecution[]>
  /** Those who hold a lease now. */
  runners(now: string): Promise<string[]>
  /** Prolongs the leases of `ids`. Returns which of them the runner still holds, and which of those are to be cancelled. */
  renew(renewal: LeaseRenewal): Promise<{ readonly held: string[]; readonly toCancel: CancelRequest[] }>
  /** Keeps a change of a run and of its steps, in one transaction. False, and nothing kept, when `runnerId` does not hold it. */
  record(id: string, runnerId: string, change: ExecutionChange): Promise<boolean>
  /** Gives back every lease of a runner: others may take those runs at once. */
  release(runnerId: string): Promise<void>
  /** Asks for the end of a run and of all that it started; whoever holds them ends them. Returns their ids; none when it has ended. */
  requestCancel(id: string, reason: string): Promise<string[]>
  /** Erases runs that ended before a time. Returns how many. */
  purge(endedBefore: string): Promise<number>
}

export interface LeaseClaim {
  readonly runnerId: string
  readonly now: string
  readonly leaseUntil: string
  readonly limit: number
  /** Runners that are known to be dead: their leases count for nothing. */
  readonly dead: readonly string[]
  /** Only runs that a run started: those that wait for them hold a place already. */
  readonly onlyNested?: boolean
}

export interface LeaseRenewal {
  readonly runnerId: string
  readonly ids: readonly string[]
  readonly now: string
  readonly leaseUntil: string
}

export interface NewExecution {
  readonly execution: Execution
  readonly definition: readonly WorkflowStep[]
  /** Whom its steps act as. */
  readonly scope: Scope
}

/** A run as its runner needs it. */
export interface RunnableExecution extends NewExecution {
  readonly cancel?: CancelRequest
}

export interface CancelRequest {
  readonly id: string
  readonly reason: string
}

export interface ExecutionChange {
  readonly status: ExecutionStatus
  readonly startedAt?: string
  readonly completedAt?: string
  readonly output?: Record<string, unknown>
  readonly outputTruncated?: boolean
  readonly error?: RunError
  /** The steps that changed, whole. */
  readonly steps: readonly StepRun[]
}

export interface ExecutionQuery {
  readonly workflowId?: string
  readonly status?: readonly ExecutionStatus[]
  readonly limit: number
  readonly cursor?: string
}

export interface ExecutionPage {
  readonly executions: ExecutionSummary[]
  readonly total: number
  readonly nextCursor?: string
}
