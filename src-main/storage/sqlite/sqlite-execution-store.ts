import type { Scope } from '../../contract/scope.ts'
import type { Execution } from '../../contract/workflow.ts'
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
import type { SqliteCall } from './sqlite-call.ts'

/** Runs of workflows in the same file and on the same thread as the memories. Closing the memory store closes both. */
export class SqliteExecutionStore implements ExecutionStore {
  readonly #call: SqliteCall

  constructor(call: SqliteCall) {
    this.#call = call
  }

  start(execution: NewExecution, maxSteps: number): Promise<Execution> {
    return this.#call('startExecution', execution, maxSteps)
  }

  get(id: string, scope: Scope): Promise<Execution | undefined> {
    return this.#call('getExecution', id, scope)
  }

  list(query: ExecutionQuery, scope: Scope): Promise<ExecutionPage> {
    return this.#call('listExecutions', query, scope)
  }

  claim(claim: LeaseClaim): Promise<RunnableExecution[]> {
    return this.#call('claimExecutions', claim)
  }

  runners(now: string): Promise<string[]> {
    return this.#call('leaseHolders', now)
  }

  renew(renewal: LeaseRenewal): ReturnType<ExecutionStore['renew']> {
    return this.#call('renewLeases', renewal)
  }

  record(id: string, runnerId: string, change: ExecutionChange): Promise<boolean> {
    return this.#call('recordExecution', id, runnerId, change)
  }

  release(runnerId: string): Promise<void> {
    return this.#call('releaseLeases', runnerId)
  }

  requestCancel(id: string, reason: string): Promise<string[]> {
    return this.#call('requestCancel', id, reason)
  }

  purge(endedBefore: string): Promise<number> {
    return this.#call('purgeExecutions', endedBefore)
  }
}
