import { AppError } from '../base/errors.ts'
import type { Scope } from '../contract/scope.ts'
import type { Task, TaskPriority, TaskStatus } from '../contract/task.ts'

/**
 * PORT. The tasks, and what follows from their dependencies. Times are ISO 8601 UTC with milliseconds. What a scope may not see
 * does not exist for it (`canSeeTask`). Errors: AppError as named, and `unavailable` when the store is down.
 *
 * Of `pending` and `blocked` the store keeps the right one: blocked while a dependency is not completed. Each change is one
 * transaction with all that follows from it.
 */
export interface TaskStore {
  /** Keeps a new task at version 1. Throws `not_found` for a dependency that the scope may not see. */
  create(task: NewTask, change: TaskChange): Promise<Task>
  get(id: string, scope: Scope): Promise<Task | undefined>
  /**
   * Puts `task` in the place of its own older self, read at `task.version`. Its id, maker, namespace and time of making stay.
   * Completing releases the tasks that waited for it alone; failing and cancelling is noted at those that wait. Throws `not_found`,
   * `conflict` (`isStaleTask`) when it has changed since, `conflict` when it is started or completed with open dependencies, and
   * `invalid_request` when its dependencies would form a cycle.
   */
  replace(task: Task, change: TaskChange): Promise<TaskResult>
  /** Erases a task. Throws `not_found`, `conflict` when it has changed since `version`, and when others depend on it. */
  delete(id: string, change: TaskChange, version: number): Promise<Task>
  /** A page in the order of `sort`. Throws `invalid_request` on a cursor that is not of this list. */
  list(query: TaskQuery, scope: Scope): Promise<TaskPage>
}

export interface TaskChange {
  readonly scope: Scope
  readonly now: string
}

export type NewTask = Omit<Task, 'status' | 'version' | 'created_at' | 'updated_at'>

export interface TaskResult {
  readonly task: Task
  /** Other tasks that changed with it: released ones are `pending`, noted ones are still `blocked`. */
  readonly followers: readonly Task[]
}

export type TaskSort = 'newest' | 'oldest' | 'updated' | 'due' | 'priority'

/** Filters apply before the limit. */
export interface TaskQuery {
  readonly status?: readonly TaskStatus[]
  readonly priority?: TaskPriority
  readonly assignedAgentId?: string
  readonly createdBy?: string
  readonly namespace?: string
  readonly dueBefore?: string
  readonly sort: TaskSort
  readonly limit: number
  readonly cursor?: string
}

export interface TaskPage {
  readonly tasks: Task[]
  /** How many fit the filters, over every page. */
  readonly total: number
  readonly nextCursor?: string
}

/** Throws `conflict` when the caller has an older version in mind. */
export function requireTaskVersion(task: Task, expected: number): void {
  if (task.version === expected) return
  throw new AppError('conflict', `The task has changed since: it is at version ${task.version} now. Read it again, then decide.`, {
    details: { field: 'expected_version', version: task.version },
  })
}

/** Whether a change failed for nothing but another change that came first. */
export function isStaleTask(error: unknown): boolean {
  return error instanceof AppError && error.code === 'conflict' && error.details?.['field'] === 'expected_version'
}
