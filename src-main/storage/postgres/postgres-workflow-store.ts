import type { Scope } from '../../contract/scope.ts'
import type { Workflow } from '../../contract/workflow.ts'
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
import type { WorkflowPage, WorkflowQuery, WorkflowStore } from '../workflow-store.ts'
import type { PostgresDatabase } from './postgres-database.ts'
import { holdRows } from './postgres-hold.ts'

/** Workflows in the same database as the memories. */
export class PostgresWorkflowStore implements WorkflowStore {
  readonly #database: PostgresDatabase

  constructor(database: PostgresDatabase) {
    this.#database = database
  }

  create(workflow: Workflow): Promise<Workflow> {
    return this.#database.run('createWorkflow', (db) => insertWorkflow(db, workflow), { keys: [workflow.id] })
  }

  get(id: string, scope: Scope): Promise<Workflow | undefined> {
    return this.#database.run('getWorkflow', (db) => findWorkflow(db, id, scope))
  }

  getByName(name: string, scope: Scope): Promise<Workflow | undefined> {
    return this.#database.run('getWorkflowByName', (db) => findWorkflowByName(db, name, scope))
  }

  replace(workflow: Workflow): Promise<Workflow> {
    return this.#database.run('replaceWorkflow', (db) => rewriteWorkflow(db, workflow, holdRows), { keys: [workflow.id] })
  }

  delete(id: string, version: number): Promise<void> {
    return this.#database.run('deleteWorkflow', (db) => removeWorkflow(db, id, version, holdRows), { keys: [id] })
  }

  list(query: WorkflowQuery, scope: Scope): Promise<WorkflowPage> {
    return this.#database.run('listWorkflows', (db) => listWorkflows(db, query, scope))
  }

  due(now: string, limit: number): Promise<Workflow[]> {
    return this.#database.run('dueWorkflows', (db) => dueWorkflows(db, now, limit))
  }

  nextDueAt(): Promise<string | undefined> {
    return this.#database.run('nextDueAt', nextDueAt)
  }

  advance(id: string, due: string, next: string | undefined, lastRunAt: string): Promise<boolean> {
    // A transaction, so that one that is tried again knows whether it was first.
    const advance = (db: Parameters<typeof advanceWorkflow>[0]) => advanceWorkflow(db, id, due, next, lastRunAt)
    return this.#database.run('advanceWorkflow', (db) => db.transaction().execute(advance), { keys: [id] })
  }
}
