import type { Task, TaskStatus } from '../api/types.ts'

/** Columns of the board, in the order of the work. */
export const BOARD_COLUMNS: readonly TaskStatus[] = ['pending', 'blocked', 'in_progress', 'completed', 'failed', 'cancelled']

const PRIORITY_RANK = { critical: 0, high: 1, medium: 2, low: 3 } as const

/** What can be started or goes on comes first by urgency, what has ended by its end, newest first. */
export function columnOf(tasks: readonly Task[], status: TaskStatus): readonly Task[] {
  const hasEnded = status === 'completed' || status === 'failed' || status === 'cancelled'
  return tasks
    .filter((task) => task.status === status)
    .toSorted((a, b) =>
      hasEnded
        ? b.updated_at.localeCompare(a.updated_at)
        : PRIORITY_RANK[a.priority] - PRIORITY_RANK[b.priority] || dueOf(a).localeCompare(dueOf(b)) || a.id.localeCompare(b.id),
    )
}

/** Without a date a task comes after those that have one. */
function dueOf({ due_at }: Task): string {
  return due_at ?? '9999'
}

export function isLate({ due_at, status }: Task, now: number): boolean {
  return due_at !== undefined && (status === 'pending' || status === 'blocked' || status === 'in_progress') && Date.parse(due_at) < now
}

/** Ids of the tasks that a task waits for or that wait for it, itself included. */
export function relatedTo(tasks: readonly Task[], id: string): ReadonlySet<string> {
  const own = tasks.find((task) => task.id === id)
  return new Set([id, ...(own?.dependencies ?? []), ...tasks.filter((task) => task.dependencies.includes(id)).map((task) => task.id)])
}

/** Pairs on the board: what must be done first, and what waits for it. */
export function edgesOf(tasks: readonly Task[], id: string): readonly { readonly from: string; readonly to: string }[] {
  const shown = new Set(tasks.map((task) => task.id))
  return tasks.flatMap((task) =>
    task.dependencies.filter((from) => shown.has(from) && (task.id === id || from === id)).map((from) => ({ from, to: task.id })),
  )
}
