import type { EventBus } from '../base/event-bus.ts'
import type { TaskEvent } from '../contract/events.ts'
import type { Task } from '../contract/task.ts'

/** Says on the bus what happened to a task, with the task itself for those who decide who may hear it. */
export function announceTask(bus: EventBus, type: TaskEvent['type'], task: Task, by: string, at: string): void {
  const { id, namespace, status, assigned_agent_id: assignee } = task
  bus.publish({
    event: { type, at, task_id: id, by, namespace, status, ...(assignee !== undefined && { assigned_agent_id: assignee }) },
    task,
  })
}

/** What became of a task between two states of it. */
export function taskEventOf(before: Task, after: Task): TaskEvent['type'] {
  if (before.status === after.status) return 'task-updated'
  if (after.status === 'completed' || after.status === 'failed' || after.status === 'cancelled') return `task-${after.status}`
  return before.status === 'blocked' && after.status === 'pending' ? 'task-released' : 'task-updated'
}
