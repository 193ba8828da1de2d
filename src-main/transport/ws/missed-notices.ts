import { toIso } from '../../base/clock.ts'
import { NOTICES_LOST_METHOD, RESOURCE_UPDATED_METHOD, TASK_ASSIGNED_METHOD } from '../../contract/protocol.ts'
import type { Task } from '../../contract/task.ts'
import type { Session } from '../../session/session.ts'

/** Where notices go. */
export type SendNotice = (method: string, params: Record<string, unknown>) => void

/**
 * Tells a client that is back what it may have missed: each resource once, each task that is still its own as it is now. When nobody
 * knows what else happened, it is told that first, then of every resource it is subscribed to, and of the open tasks that changed since
 * `knownUntilMs`. Nothing of this is taken off the session's notes: its next pong does that.
 */
export async function tellMissed(session: Session, send: SendNotice, knownUntilMs = 0): Promise<void> {
  const { uris, taskIds, isWhole } = session.notices.all
  if (!isWhole) {
    send(NOTICES_LOST_METHOD, {
      since: toIso(knownUntilMs),
      message:
        'More may have happened while you were away. Every resource you are subscribed to follows as updated; read list_tasks for your tasks.',
    })
  }
  for (const uri of new Set([...uris, ...(isWhole ? [] : session.subscriptions.requested)])) {
    session.notices.addResource(uri)
    send(RESOURCE_UPDATED_METHOD, { uri })
  }
  const tasks = [
    ...(await Promise.all(taskIds.map((id) => readTask(session, id)))),
    ...(isWhole ? [] : await openTasks(session, knownUntilMs)),
  ]
  const own = new Map(tasks.flatMap((task) => (task?.assigned_agent_id === session.scope.agentId ? [[task.id, task] as const] : [])))
  for (const task of own.values()) send(TASK_ASSIGNED_METHOD, { task })
}

/**
 * Tells a connected client that more may have happened since `sinceMs` than it was told, and of the open tasks that changed since. Its
 * resources it hears of by its subscriptions.
 */
export async function tellOfGap(session: Session, send: SendNotice, sinceMs: number): Promise<void> {
  send(NOTICES_LOST_METHOD, {
    since: toIso(sinceMs),
    message:
      'More may have happened than you were told. Every resource you are subscribed to follows as updated; read list_tasks for your tasks.',
  })
  for (const task of await openTasks(session, sinceMs)) send(TASK_ASSIGNED_METHOD, { task })
}

/** What has gone or is out of sight meanwhile is not told of. */
async function readTask(session: Session, taskId: string): Promise<Task | undefined> {
  const answer = await ask(session, 'manage_task', { operation: 'get', task_id: taskId })
  return answer?.['task'] as Task | undefined // as manage_task answers
}

async function openTasks(session: Session, sinceMs: number): Promise<Task[]> {
  const { agentId } = session.scope
  const query = { assigned_agent_id: agentId, status: ['pending', 'blocked', 'in_progress'], sort: 'updated', limit: 100 }
  const tasks = ((await ask(session, 'list_tasks', query))?.['tasks'] ?? []) as Task[] // as list_tasks answers
  return tasks.filter((task) => Date.parse(task.updated_at) >= sinceMs)
}

function ask(session: Session, tool: string, args: unknown): Promise<Record<string, unknown> | undefined> {
  // The store may be down, or the client gone again: then it learns of its tasks from the list.
  return session.look(tool, args).catch(() => undefined)
}
