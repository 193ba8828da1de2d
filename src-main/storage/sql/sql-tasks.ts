import { canSeeTask } from '../../contract/scope.ts'
import type { Scope } from '../../contract/scope.ts'
import type { Task } from '../../contract/task.ts'
import { createTask, deleteTask, replaceTask } from '../task-changes.ts'
import type { TaskRows } from '../task-changes.ts'
import type { TaskEdge } from '../task-graph.ts'
import type { NewTask, TaskChange, TaskResult } from '../task-store.ts'
import type { HoldRows } from './hold-rows.ts'
import type { MemoryDb, MemoryTransaction } from './sql-schema.ts'
import { completeTaskRows, toTaskColumns } from './sql-task-rows.ts'

/** The changes of tasks, each in a transaction. */
export function insertTask(db: MemoryDb, task: NewTask, change: TaskChange, hold?: HoldRows): Promise<Task> {
  return db.transaction().execute((tx) => createTask(rowsOf(tx, hold), task, change))
}

export function rewriteTask(db: MemoryDb, task: Task, change: TaskChange, hold?: HoldRows): Promise<TaskResult> {
  return db.transaction().execute(async (tx) => {
    await hold?.(tx, 'tasks', await touchedBy(tx, task))
    return replaceTask(rowsOf(tx, hold), task, change)
  })
}

/** What a change of a task looks at, as far as that is known before: held at once and in order, two changes do not wait for each other. */
async function touchedBy(tx: MemoryTransaction, task: Task): Promise<string[]> {
  const edges = await tx
    .selectFrom('task_dependencies')
    .select(['task_id', 'depends_on'])
    .where('task_id', 'in', (query) => query.selectFrom('task_dependencies').select('task_id').where('depends_on', '=', task.id))
    .execute()
  return [...new Set([task.id, ...task.dependencies, ...edges.flatMap((edge) => [edge.task_id, edge.depends_on])])]
}

export function removeTask(db: MemoryDb, id: string, change: TaskChange, version: number, hold?: HoldRows): Promise<Task> {
  return db.transaction().execute((tx) => deleteTask(rowsOf(tx, hold), id, change, version))
}

export async function findTask(db: MemoryDb, id: string, scope: Scope): Promise<Task | undefined> {
  const [task] = await new SqlTaskRows(db).find([id])
  return task && canSeeTask(task, scope) ? task : undefined
}

/**
 * Every row that a change looks at is held, the searched edges too: of two changes that would close a circle together, each must read
 * what the other has written, and one of them waits.
 */
function rowsOf(tx: MemoryTransaction, hold: HoldRows | undefined): TaskRows {
  return new SqlTaskRows(tx, hold && ((ids) => hold(tx, 'tasks', ids)))
}

export class SqlTaskRows implements TaskRows {
  readonly #db: MemoryDb
  readonly #hold: ((ids: readonly string[]) => Promise<void>) | undefined

  constructor(db: MemoryDb, hold?: (ids: readonly string[]) => Promise<void>) {
    this.#db = db
    this.#hold = hold
  }

  async find(ids: readonly string[]): Promise<Task[]> {
    if (ids.length === 0) return []
    await this.#hold?.(ids)
    return completeTaskRows(this.#db, await this.#db.selectFrom('tasks').selectAll().where('id', 'in', ids).execute())
  }

  async dependentsOf(id: string): Promise<Task[]> {
    if (this.#hold) {
      const waiting = await this.#db.selectFrom('task_dependencies').select('task_id').where('depends_on', '=', id).execute()
      await this.#hold(waiting.map((row) => row.task_id))
    }
    const rows = await this.#db
      .selectFrom('tasks')
      .selectAll()
      .where('id', 'in', (query) => query.selectFrom('task_dependencies').select('task_id').where('depends_on', '=', id))
      .orderBy('seq')
      .execute()
    return completeTaskRows(this.#db, rows)
  }

  async edgesOf(ids: readonly string[]): Promise<TaskEdge[]> {
    await this.#hold?.(ids)
    const rows = await this.#db
      .selectFrom('tasks')
      .leftJoin('task_dependencies', 'task_dependencies.task_id', 'tasks.id')
      .select(['tasks.id', 'namespace', 'created_by', 'assigned_agent_id', 'depends_on'])
      .where('tasks.id', 'in', ids)
      .execute()
    return [...Map.groupBy(rows, (row) => row.id)].map(([id, edges]) => ({
      id,
      namespace: edges[0]?.namespace ?? '',
      created_by: edges[0]?.created_by ?? '',
      assigned_agent_id: edges[0]?.assigned_agent_id ?? undefined,
      dependencies: edges.flatMap(({ depends_on: target }) => target ?? []),
    }))
  }

  async insert(task: Task): Promise<void> {
    await this.#db.insertInto('tasks').values(toTaskColumns(task)).execute()
    await this.#writeDependencies(task)
  }

  async write(task: Task): Promise<void> {
    await this.#db.updateTable('tasks').set(toTaskColumns(task)).where('id', '=', task.id).execute()
    await this.#db.deleteFrom('task_dependencies').where('task_id', '=', task.id).execute()
    await this.#writeDependencies(task)
  }

  async remove(id: string): Promise<void> {
    await this.#db.deleteFrom('task_dependencies').where('task_id', '=', id).execute()
    await this.#db.deleteFrom('tasks').where('id', '=', id).execute()
  }

  async #writeDependencies({ id, dependencies }: Task): Promise<void> {
    if (dependencies.length === 0) return
    const rows = dependencies.map((target, position) => ({ task_id: id, position, depends_on: target }))
    await this.#db.insertInto('task_dependencies').values(rows).execute()
  }
}
