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
import { claimExecutions, leaseHolders, recordExecution, releaseLeases, renewLeases } from '../sql/sql-execution-leases.ts'
import { findExecution, insertExecution, listExecutions, purgeExecutions, requestCancel } from '../sql/sql-executions.ts'
import type { PostgresDatabase } from './postgres-database.ts'
import { holdRows } from './postgres-hold.ts'

/** Runs of workflows in the same database as the memories. */
export class PostgresExecutionStore implements ExecutionStore {
  readonly #database: PostgresDatabase

  constructor(database: PostgresDatabase) {
    this.#database = database
  }

  start(execution: NewExecution, maxSteps: number): Promise<Execution> {
    const keys = [execution.execution.root_execution_id]
    return this.#database.run('startExecution', (db) => insertExecution(db, execution, maxSteps, holdRows), { keys })
  }

  get(id: string, scope: Scope): Promise<Execution | undefined> {
    return this.#database.run('getExecution', (db) => findExecution(db, id, scope))
  }

  list(query: ExecutionQuery, scope: Scope): Promise<ExecutionPage> {
    return this.#database.run('listExecutions', (db) => listExecutions(db, query, scope))
  }

  claim(claim: LeaseClaim): Promise<RunnableExecution[]> {
    return this.#database.run('claimExecutions', (db) => claimExecutions(db, claim, holdRows))
  }

  runners(now: string): Promise<string[]> {
    return this.#database.run('leaseHolders', (db) => leaseHolders(db, now))
  }

  renew(renewal: LeaseRenewal): ReturnType<ExecutionStore['renew']> {
    return this.#database.run('renewLeases', (db) => renewLeases(db, renewal))
  }

  record(id: string, runnerId: string, change: ExecutionChange): Promise<boolean> {
    return this.#database.run('recordExecution', (db) => recordExecution(db, id, runnerId, change), { keys: [id] })
  }

  release(runnerId: string): Promise<void> {
    return this.#database.run('releaseLeases', (db) => releaseLeases(db, runnerId))
  }

  requestCancel(id: string, reason: string): Promise<string[]> {
    return this.#database.run('requestCancel', (db) => requestCancel(db, id, reason))
  }

  purge(endedBefore: string): Promise<number> {
    return this.#database.maintain((db) => purgeExecutions(db, endedBefore))
  }
}
