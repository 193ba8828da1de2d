import type { Insertable, Selectable } from 'kysely'
import { toIso } from '../../base/clock.ts'
import { taskPrioritySchema } from '../../contract/task.ts'
import type { Task } from '../../contract/task.ts'
import { priorityRank } from '../task-rules.ts'
import type { MemoryDb, TaskTable } from './sql-schema.ts'

export type TaskRow = Selectable<TaskTable>

/** Columns of a task; its dependencies are rows of their own. */
export function toTaskColumns(task: Task): Insertable<TaskTable> {
  const { dependencies: _, ...rest } = task
  return {
    ...rest,
    description: task.description ?? null,
    priority: priorityRank(task.priority),
    assigned_agent_id: task.assigned_agent_id ?? null,
    result: task.result === undefined ? null : JSON.stringify(task.result),
    error: task.error ?? null,
    notes: JSON.stringify(task.notes),
    due_at: toMs(task.due_at),
    created_at: Date.parse(task.created_at),
    updated_at: Date.parse(task.updated_at),
    started_at: toMs(task.started_at),
    completed_at: toMs(task.completed_at),
  }
}

/** The tasks of `rows`, in their order, with their dependencies. */
export async function completeTaskRows(db: MemoryDb, rows: readonly TaskRow[]): Promise<Task[]> {
  if (rows.length === 0) return []
  const dependencies = Map.groupBy(await selectDependencies(db, rows), (row) => row.task_id)
  return rows.map((row) => toTask(row, dependencies.get(row.id)?.map((dependency) => dependency.depends_on) ?? []))
}

function selectDependencies(db: MemoryDb, rows: readonly { readonly id: string }[]) {
  const ids = rows.map(({ id }) => id)
  return db
    .selectFrom('task_dependencies')
    .select(['task_id', 'depends_on'])
    .where('task_id', 'in', ids)
    .orderBy('task_id')
    .orderBy('position')
    .execute()
}

function toTask(row: TaskRow, dependencies: string[]): Task {
  return {
    id: row.id,
    title: row.title,
    ...(row.description !== null && { description: row.description }),
    type: row.type,
    status: row.status,
    priority: taskPrioritySchema.options[row.priority] ?? 'medium',
    progress: row.progress,
    created_by: row.created_by,
    ...(row.assigned_agent_id !== null && { assigned_agent_id: row.assigned_agent_id }),
    dependencies,
    namespace: row.namespace,
    ...(row.due_at !== null && { due_at: toIso(row.due_at) }),
    ...(row.result !== null && { result: JSON.parse(row.result) as unknown }),
    ...(row.error !== null && { error: row.error }),
    notes: JSON.parse(row.notes) as Task['notes'], // written by toTaskColumns
    retry_count: row.retry_count,
    version: row.version,
    created_at: toIso(row.created_at),
    updated_at: toIso(row.updated_at),
    ...(row.started_at !== null && { started_at: toIso(row.started_at) }),
    ...(row.completed_at !== null && { completed_at: toIso(row.completed_at) }),
  }
}

function toMs(time: string | undefined): number | null {
  return time === undefined ? null : Date.parse(time)
}
