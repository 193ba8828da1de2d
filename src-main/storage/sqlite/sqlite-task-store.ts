import type { Scope } from '../../contract/scope.ts'
import type { Task } from '../../contract/task.ts'
import type { NewTask, TaskChange, TaskPage, TaskQuery, TaskResult, TaskStore } from '../task-store.ts'
import type { SqliteCall } from './sqlite-call.ts'

/** Tasks in the same file and on the same thread as the memories. Closing the memory store closes both. */
export class SqliteTaskStore implements TaskStore {
  readonly #call: SqliteCall

  constructor(call: SqliteCall) {
    this.#call = call
  }

  create(task: NewTask, change: TaskChange): Promise<Task> {
    return this.#call('createTask', task, change)
  }

  get(id: string, scope: Scope): Promise<Task | undefined> {
    return this.#call('getTask', id, scope)
  }

  replace(task: Task, change: TaskChange): Promise<TaskResult> {
    return this.#call('replaceTask', task, change)
  }

  delete(id: string, change: TaskChange, version: number): Promise<Task> {
    return this.#call('deleteTask', id, change, version)
  }

  list(query: TaskQuery, scope: Scope): Promise<TaskPage> {
    return this.#call('listTasks', query, scope)
  }
}
