import { canSeeTask } from '../../contract/scope.ts'
import type { Scope } from '../../contract/scope.ts'
import type { Task } from '../../contract/task.ts'
import { decodeCursor, encodeCursor } from '../list-cursor.ts'
import { createTask, deleteTask, replaceTask } from '../task-changes.ts'
import { sortKeyOf } from '../task-rules.ts'
import type { NewTask, TaskChange, TaskPage, TaskQuery, TaskResult, TaskStore } from '../task-store.ts'
import { VolatileTaskRows } from './volatile-task-rows.ts'

/** Tasks of one process. They are gone when it ends. */
export class VolatileTaskStore implements TaskStore {
  readonly #rows = new VolatileTaskRows()
  #turn: Promise<unknown> = Promise.resolve()

  /** For the transfer. */
  get rows(): VolatileTaskRows {
    return this.#rows
  }

  create(task: NewTask, change: TaskChange): Promise<Task> {
    return this.#alone(() => createTask(this.#rows, task, change))
  }

  async get(id: string, scope: Scope): Promise<Task | undefined> {
    const [task] = await this.#rows.find([id])
    return task && canSeeTask(task, scope) ? task : undefined
  }

  replace(task: Task, change: TaskChange): Promise<TaskResult> {
    return this.#alone(() => replaceTask(this.#rows, task, change))
  }

  delete(id: string, change: TaskChange, version: number): Promise<Task> {
    return this.#alone(() => deleteTask(this.#rows, id, change, version))
  }

  // Async, so that a bad cursor rejects rather than throws.
  // eslint-disable-next-line @typescript-eslint/require-await -- as above
  async list(query: TaskQuery, scope: Scope): Promise<TaskPage> {
    const kind = `tasks-${query.sort}`
    const [afterKey, afterSeq] = query.cursor === undefined ? [-Infinity, -Infinity] : decodeCursor(query.cursor, kind, 2)
    const all = this.#rows
      .all()
      .filter(({ task }) => canSeeTask(task, scope) && fits(task, query))
      .map(({ seq, task }) => ({ seq, task, key: sortKeyOf(task, seq, query.sort) }))
      .sort((a, b) => a.key - b.key || a.seq - b.seq)
    const left = all.filter(({ key, seq }) => key > (afterKey ?? 0) || (key === afterKey && seq > (afterSeq ?? 0)))
    const page = left.slice(0, query.limit)
    const last = page.at(-1)
    return {
      tasks: page.map(({ task }) => structuredClone(task)),
      total: all.length,
      ...(last && left.length > page.length && { nextCursor: encodeCursor(kind, [last.key, last.seq]) }),
    }
  }

  /** Changes read and write with waits in between; one at a time is this store's transaction. */
  #alone<T>(change: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(change)
    this.#turn = turn.catch(() => undefined)
    return turn
  }
}

function fits(task: Task, query: TaskQuery): boolean {
  if (query.status && !query.status.includes(task.status)) return false
  if (query.priority !== undefined && task.priority !== query.priority) return false
  if (query.assignedAgentId !== undefined && task.assigned_agent_id !== query.assignedAgentId) return false
  if (query.createdBy !== undefined && task.created_by !== query.createdBy) return false
  if (query.namespace !== undefined && task.namespace !== query.namespace) return false
  return query.dueBefore === undefined || (task.due_at !== undefined && task.due_at < query.dueBefore)
}
