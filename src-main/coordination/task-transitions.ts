import { AppError, assertNever, invalidField } from '../base/errors.ts'
import type { Scope } from '../contract/scope.ts'
import { TASK_TRANSITIONS } from '../contract/task.ts'
import type { Task, TaskStatus } from '../contract/task.ts'
import { required } from './task-arguments.ts'
import type { TaskArguments } from './task-arguments.ts'

/** The state an operation asks for, or undefined when it asks for none. */
export function targetOf(args: TaskArguments): TaskStatus | undefined {
  switch (args.operation) {
    case 'complete':
      return 'completed'
    case 'fail':
      return 'failed'
    case 'cancel':
      return 'cancelled'
    case 'update':
      return args.status
    case 'create':
    case 'get':
    case 'assign':
    case 'delete':
      return undefined
  }
}

/** The task in the state that `args` ask for. Throws `conflict` when its state or its holder forbids that. */
export function moveTask(task: Task, to: TaskStatus, args: TaskArguments, scope: Scope, now: string): Task {
  const field = args.operation === 'update' ? 'status' : 'operation'
  if (to === 'blocked') throw invalidField(field, 'must not be "blocked": the server blocks and releases tasks by their dependencies')
  const allowed = TASK_TRANSITIONS[task.status]
  if (!allowed.includes(to)) throw forbiddenMove(task, to, allowed, field)
  requireHolder(task, to, scope, field)
  switch (to) {
    case 'pending':
      return reopened(task)
    case 'in_progress':
      return { ...reopened(task), status: to, assigned_agent_id: task.assigned_agent_id ?? scope.agentId, started_at: now }
    case 'completed':
      return {
        ...task,
        status: to,
        progress: 100,
        assigned_agent_id: task.assigned_agent_id ?? scope.agentId,
        completed_at: now,
        ...(args.result !== undefined && { result: args.result }),
      }
    case 'failed':
      return { ...task, status: to, assigned_agent_id: task.assigned_agent_id ?? scope.agentId, error: required(args.error, 'error') }
    case 'cancelled':
      return { ...task, status: to }
    default:
      return assertNever(to)
  }
}

/** Throws `conflict` when another agent works on the task, or it was given to another that has not begun. */
export function requireHolder(task: Task, to: TaskStatus | undefined, scope: Scope, field: string): void {
  const holder = task.assigned_agent_id
  if (scope.kind === 'owner' || holder === undefined || holder === scope.agentId) return
  const isAtWork = task.status === 'in_progress'
  // Its maker may always take it from whoever works on it, by cancelling, handing over or putting it back.
  if (task.created_by === scope.agentId && (to === 'cancelled' || to === 'pending')) return
  if (!isAtWork && (to === 'cancelled' || to === 'pending')) return
  throw new AppError(
    'conflict',
    isAtWork
      ? `${field}: the task is in progress by "${holder}"; only that agent, or its maker "${task.created_by}", can hand it over.`
      : `${field}: the task is assigned to "${holder}" (${task.status}); take it over first with operation "assign".`,
    { details: { field, status: task.status, assigned_agent_id: holder } },
  )
}

/** Back in line: given back by who worked on it, or tried again after a failure. */
function reopened(task: Task): Task {
  const { assigned_agent_id: holder, error: _error, ...rest } = task
  const isRetry = task.status === 'failed'
  return {
    ...rest,
    status: 'pending',
    // Who gives a task back leaves it to anybody; who tries again after a failure leaves it to whom it was given.
    ...(holder !== undefined && task.status !== 'in_progress' && { assigned_agent_id: holder }),
    ...(isRetry && { retry_count: task.retry_count + 1, progress: 0 }),
  }
}

function forbiddenMove(task: Task, to: TaskStatus, allowed: readonly TaskStatus[], field: string): AppError {
  const by = task.status === 'in_progress' && task.assigned_agent_id !== undefined ? ` by "${task.assigned_agent_id}"` : ''
  const ways = allowed.length === 0 ? 'it is final' : `allowed from here: ${allowed.join(', ')}`
  const why = task.status === 'blocked' ? ` It waits for its dependencies: ${task.dependencies.join(', ')}.` : ''
  return new AppError('conflict', `${field}: the task is "${task.status}"${by} and cannot become "${to}"; ${ways}.${why}`, {
    details: { field, status: task.status, allowed, ...(by !== '' && { assigned_agent_id: task.assigned_agent_id }) },
  })
}
