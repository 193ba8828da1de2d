import type { Scope } from '../../contract/scope.ts'
import type { Workflow } from '../../contract/workflow.ts'
import type { WorkflowPage, WorkflowQuery, WorkflowStore } from '../workflow-store.ts'
import type { SqliteCall } from './sqlite-call.ts'

/** Workflows in the same file and on the same thread as the memories. Closing the memory store closes both. */
export class SqliteWorkflowStore implements WorkflowStore {
  readonly #call: SqliteCall

  constructor(call: SqliteCall) {
    this.#call = call
  }

  create(workflow: Workflow): Promise<Workflow> {
    return this.#call('createWorkflow', workflow)
  }

  get(id: string, scope: Scope): Promise<Workflow | undefined> {
    return this.#call('getWorkflow', id, scope)
  }

  getByName(name: string, scope: Scope): Promise<Workflow | undefined> {
    return this.#call('getWorkflowByName', name, scope)
  }

  replace(workflow: Workflow): Promise<Workflow> {
    return this.#call('replaceWorkflow', workflow)
  }

  delete(id: string, version: number): Promise<void> {
    return this.#call('deleteWorkflow', id, version)
  }

  list(query: WorkflowQuery, scope: Scope): Promise<WorkflowPage> {
    return this.#call('listWorkflows', query, scope)
  }

  due(now: string, limit: number): Promise<Workflow[]> {
    return this.#call('dueWorkflows', now, limit)
  }

  nextDueAt(): Promise<string | undefined> {
    return this.#call('nextWorkflowDueAt')
  }

  advance(id: string, due: string, next: string | undefined, lastRunAt: string): Promise<boolean> {
    return this.#call('advanceWorkflow', id, due, next, lastRunAt)
  }
}
