import { AppError } from '../base/errors.ts'
import type { Task, TaskNote } from '../contract/task.ts'
import { canSeeTask } from '../contract/scope.ts'
import type { Scope } from '../contract/scope.ts'
import { LIMITS, SYSTEM_ACTOR_ID } from '../contract/protocol.ts'
import { taskPrioritySchema } from '../contract/task.ts'
import type { TaskSort } from './task-store.ts'

/** Ids and states only: who may see a task need not see what it waits for. */
export function openDependencies(task: Task, open: readonly Task[]): AppError {
  const names = open.map(({ id, status }) => `${id} (${status})`)
  return new AppError('conflict', `The task waits for ${names.slice(0, 5).join(', ')}; complete those first, or change dependencies.`, {
    details: { field: 'dependencies', status: task.status, open_dependencies: open.map(({ id }) => id) },
  })
}

export function taskIsNeeded(dependents: readonly Task[], scope: Scope): AppError {
  const ids = dependents.flatMap((task) => (canSeeTask(task, scope) ? [task.id] : []))
  const hidden = dependents.length - ids.length
  const names = [...ids.slice(0, 10), ...(hidden > 0 ? [`${hidden} you may not see`] : [])].join(', ')
  return new AppError('conflict', `Other tasks depend on this one (${names}); take it out of their dependencies first, or cancel it.`, {
    details: { field: 'task_id', dependents: ids },
  })
}

export function cyclicTasks(path: readonly string[]): AppError {
  return new AppError('invalid_request', `dependencies must not form a cycle: ${path.join(' -> ')}.`, {
    details: { field: 'dependencies', path },
  })
}

/** What the server adds to a waiting task when one of its dependencies ends otherwise than completed. */
export function deadDependencyNote(dependency: Task, at: string): TaskNote {
  const text = `Still blocked: the dependency ${dependency.id} is ${dependency.status}. Reopen it, or take it out of dependencies.`
  return { at, by: SYSTEM_ACTOR_ID, text }
}

/** With the note, while there is room: a note of the server is worth less than a lost change. */
export function withServerNote(task: Task, note: TaskNote): Task {
  return task.notes.length >= LIMITS.taskNotes ? task : { ...task, notes: [...task.notes, note] }
}

const NO_DUE_DATE = Number.MAX_SAFE_INTEGER

/** 0 low to 3 critical. */
export function priorityRank(priority: Task['priority']): number {
  return taskPrioritySchema.options.indexOf(priority)
}

/** What a list is ordered by, smallest first; equals by order of arrival. The same as SQL stands in sql-task-list.ts. */
export function sortKeyOf(task: Task, seq: number, sort: TaskSort): number {
  switch (sort) {
    case 'newest':
      return -seq
    case 'oldest':
      return seq
    case 'updated':
      return -Date.parse(task.updated_at)
    case 'due':
      return task.due_at === undefined ? NO_DUE_DATE : Date.parse(task.due_at)
    case 'priority':
      return -priorityRank(task.priority)
  }
}
