import type { Scope } from '../../contract/scope.ts'
import type { Task } from '../../contract/task.ts'
import { listTasks } from '../sql/sql-task-list.ts'
import { findTask, insertTask, removeTask, rewriteTask } from '../sql/sql-tasks.ts'
import type { NewTask, TaskChange, TaskPage, TaskQuery, TaskResult, TaskStore } from '../task-store.ts'
import type { PostgresDatabase } from './postgres-database.ts'
import { holdRows } from './postgres-hold.ts'

/** Tasks in the same database as the memories. */
export class PostgresTaskStore implements TaskStore {
  readonly #database: PostgresDatabase

  constructor(database: PostgresDatabase) {
    this.#database = database
  }

  create(task: NewTask, change: TaskChange): Promise<Task> {
    return this.#database.run('createTask', (db) => insertTask(db, task, change, holdRows), { keys: [task.id] })
  }

  get(id: string, scope: Scope): Promise<Task | undefined> {
    return this.#database.run('getTask', (db) => findTask(db, id, scope))
  }

  replace(task: Task, change: TaskChange): Promise<TaskResult> {
    return this.#database.run('replaceTask', (db) => rewriteTask(db, task, change, holdRows), { keys: [task.id] })
  }

  delete(id: string, change: TaskChange, version: number): Promise<Task> {
    return this.#database.run('deleteTask', (db) => removeTask(db, id, change, version, holdRows), { keys: [id] })
  }

  list(query: TaskQuery, scope: Scope): Promise<TaskPage> {
    return this.#database.run('listTasks', (db) => listTasks(db, query, scope))
  }
}
