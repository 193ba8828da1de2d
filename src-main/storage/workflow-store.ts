import { AppError } from '../base/errors.ts'
import type { Scope } from '../contract/scope.ts'
import type { Workflow } from '../contract/workflow.ts'

/**
 * PORT. The definitions of workflows. Times are ISO 8601 UTC with milliseconds. What a scope may not see does not exist for it
 * (`canSeeWorkflow`). Errors: AppError as named, and `unavailable` when the store is down.
 */
export interface WorkflowStore {
  /** Keeps a new workflow. Throws `conflict` when its namespace has one of that name. */
  create(workflow: Workflow): Promise<Workflow>
  get(id: string, scope: Scope): Promise<Workflow | undefined>
  /** The workflow of a name, in the namespace of the scope. */
  getByName(name: string, scope: Scope): Promise<Workflow | undefined>
  /**
   * Puts `workflow` in the place of its older self, read at `workflow.version - 1`. Throws `not_found`, `conflict`
   * (`isStaleWorkflow`) when it has changed since, and `conflict` for a name that is taken.
   */
  replace(workflow: Workflow): Promise<Workflow>
  /** Throws `not_found`, and `conflict` when it has changed since `version`. */
  delete(id: string, version: number): Promise<void>
  /** A page, newest first. Throws `invalid_request` on a cursor that is not of this list. */
  list(query: WorkflowQuery, scope: Scope): Promise<WorkflowPage>
  /** Those whose `next_run_at` is not after `now`, the longest due first. Whoever asks is the server itself. */
  due(now: string, limit: number): Promise<Workflow[]>
  /** When the next schedule is due. */
  nextDueAt(): Promise<string | undefined>
  /**
   * Moves a schedule on from `due`, so that of several servers one starts the run. False when another was first, or the workflow
   * has changed. Without `next` it starts no more by itself.
   */
  advance(id: string, due: string, next: string | undefined, lastRunAt: string): Promise<boolean>
}

export interface WorkflowQuery {
  readonly namespace?: string
  readonly limit: number
  readonly cursor?: string
}

export interface WorkflowPage {
  readonly workflows: Workflow[]
  /** Over every page. */
  readonly total: number
  readonly nextCursor?: string
}

/** Throws `conflict` when the caller has an older version in mind. */
export function requireWorkflowVersion(workflow: Workflow, expected: number): void {
  if (workflow.version === expected) return
  throw new AppError('conflict', `The workflow has changed since: it is at version ${workflow.version} now. Read it again, then decide.`, {
    details: { field: 'expected_version', version: workflow.version },
  })
}

export function workflowNameTaken(name: string): AppError {
  return new AppError(
    'conflict',
    `name: there is a workflow "${name}" in this namespace already; change that one, or choose another name.`,
    {
      details: { field: 'name' },
    },
  )
}

/** Whether a change failed for nothing but another change that came first. */
export function isStaleWorkflow(error: unknown): boolean {
  return error instanceof AppError && error.code === 'conflict' && error.details?.['field'] === 'expected_version'
}
