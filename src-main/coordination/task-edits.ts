import { toIso } from '../base/clock.ts'
import { AppError, invalidField } from '../base/errors.ts'
import { LIMITS } from '../contract/protocol.ts'
import type { Scope } from '../contract/scope.ts'
import type { Task } from '../contract/task.ts'
import type { NewTask } from '../storage/task-store.ts'
import { required } from './task-arguments.ts'
import type { TaskArguments } from './task-arguments.ts'
import { moveTask, requireHolder, targetOf } from './task-transitions.ts'

/** A new task of `scope`, named `id`. The store finds out whether it is pending or blocked. */
export function newTask(id: string, args: TaskArguments, scope: Scope, now: string): NewTask {
  const namespace = args.namespace ?? scope.namespace
  if (namespace !== scope.namespace && !scope.isAdmin) {
    throw new AppError('forbidden', `Only an admin makes tasks in another namespace than its own ("${scope.namespace}").`, {
      details: { field: 'namespace' },
    })
  }
  return {
    id,
    title: required(args.title, 'title'),
    ...(args.description !== undefined && { description: args.description }),
    type: args.type ?? 'task',
    priority: args.priority ?? 'medium',
    progress: 0,
    created_by: scope.agentId,
    ...(args.assigned_agent_id !== undefined && { assigned_agent_id: args.assigned_agent_id }),
    dependencies: [...new Set(args.dependencies)],
    namespace,
    ...(typeof args.due_at === 'string' && { due_at: toIso(Date.parse(args.due_at)) }),
    notes: args.note === undefined ? [] : [{ at: now, by: scope.agentId, text: args.note }],
    retry_count: 0,
  }
}

/** The task after an operation that changes it. Throws `conflict` and `invalid_request`, naming field, state and what is allowed. */
export function changedTask(task: Task, args: TaskArguments, scope: Scope, now: string): Task {
  const target = targetOf(args)
  refuseStrayOutcome(args, target)
  const moved = target === undefined ? task : moveTask(task, target, args, scope, now)
  const changed = args.operation === 'assign' ? handedOver(moved, required(args.assigned_agent_id, 'assigned_agent_id'), scope) : moved
  return withNote(edited(changed, args, scope), args.note, scope, now)
}

function handedOver(task: Task, to: string, scope: Scope): Task {
  if (task.status === 'completed' || task.status === 'cancelled') {
    throw new AppError(
      'conflict',
      `operation: the task is "${task.status}" and cannot be assigned; create a new one, or reopen it first.`,
      {
        details: { field: 'operation', status: task.status, allowed: ['pending', 'blocked', 'in_progress', 'failed'] },
      },
    )
  }
  if (task.status === 'in_progress') requireHolder(task, 'pending', scope, 'assigned_agent_id')
  // Whoever gets work that is under way starts it anew, so that it is never on two desks.
  const isOnAnotherDesk = task.status === 'in_progress' && task.assigned_agent_id !== to
  return { ...task, assigned_agent_id: to, ...(isOnAnotherDesk && { status: 'pending' }) }
}

const EDITS = ['title', 'description', 'type', 'priority', 'dependencies', 'due_at', 'progress'] as const

function edited(task: Task, args: TaskArguments, scope: Scope): Task {
  if (args.operation !== 'update') return task
  const asked = EDITS.filter((field) => args[field] !== undefined)
  if (asked.length === 0) return task
  if (task.status === 'completed' || task.status === 'cancelled') throw closedForEdits(task, asked, 'it takes notes only')
  if (args.dependencies && task.status === 'in_progress')
    throw closedForEdits(task, ['dependencies'], 'put it back to pending first, then change what it waits for')
  if (args.progress !== undefined) {
    if (task.status !== 'in_progress') throw closedForEdits(task, ['progress'], 'start it first, with status in_progress')
    requireHolder(task, undefined, scope, 'progress')
  }
  const { due_at: dueAt, ...rest } = task
  return {
    ...rest,
    ...(args.due_at === undefined && dueAt !== undefined && { due_at: dueAt }),
    ...(typeof args.due_at === 'string' && { due_at: toIso(Date.parse(args.due_at)) }),
    ...(args.title !== undefined && { title: args.title }),
    ...(args.description !== undefined && { description: args.description }),
    ...(args.type !== undefined && { type: args.type }),
    ...(args.priority !== undefined && { priority: args.priority }),
    ...(args.progress !== undefined && { progress: args.progress }),
    ...(args.dependencies && { dependencies: [...new Set(args.dependencies)] }),
  }
}

function withNote(task: Task, text: string | undefined, scope: Scope, now: string): Task {
  if (text === undefined) return task
  if (task.notes.length >= LIMITS.taskNotes)
    throw invalidField('note', `cannot be added: the task has its maximum of ${LIMITS.taskNotes} notes`)
  return { ...task, notes: [...task.notes, { at: now, by: scope.agentId, text }] }
}

/** A result without completing, or an error without failing, would be lost. */
function refuseStrayOutcome(args: TaskArguments, target: Task['status'] | undefined): void {
  if (args.result !== undefined && target !== 'completed') throw invalidField('result', 'only goes with status "completed"')
  if (args.error !== undefined && target !== 'failed') throw invalidField('error', 'only goes with status "failed"')
  if (target === 'failed' && args.error === undefined) throw invalidField('error', 'is required with status "failed"')
}

function closedForEdits(task: Task, fields: readonly string[], hint: string): AppError {
  return new AppError('conflict', `${fields.join(', ')}: cannot change while the task is "${task.status}"; ${hint}.`, {
    details: { field: fields[0], fields, status: task.status },
  })
}
