import { toIso } from '../base/clock.ts'
import type { Clock } from '../base/clock.ts'
import { AppError, notFound } from '../base/errors.ts'
import type { EventBus } from '../base/event-bus.ts'
import { idFromKey, newId } from '../base/ids.ts'
import { canSeeTask } from '../contract/scope.ts'
import type { Scope } from '../contract/scope.ts'
import type { Task } from '../contract/task.ts'
import type { ToolArguments, ToolOutput } from '../contract/tools.ts'
import { readTime } from '../memory/time-expressions.ts'
import { isStaleTask, requireTaskVersion } from '../storage/task-store.ts'
import type { TaskQuery, TaskStore } from '../storage/task-store.ts'
import { announceTask, taskEventOf } from './task-announcer.ts'
import { required, requireOperationFields } from './task-arguments.ts'
import type { TaskArguments } from './task-arguments.ts'
import { changedTask, newTask } from './task-edits.ts'
import type { RunOrigin } from './workflows/run-origin.ts'

export interface TaskServiceParts {
  readonly store: TaskStore
  readonly clock: Clock
  readonly bus: EventBus
}

type Answer = ToolOutput<'manage_task'>

/** Each try that fails does so because another change went through: more than any one task sees at once. */
const MAX_TRIES = 100

/** Work that agents share: who does what, in which order, and who is told. */
export class TaskService {
  readonly #parts: TaskServiceParts

  constructor(parts: TaskServiceParts) {
    this.#parts = parts
  }

  /**
   * One operation on one task. Throws `invalid_request` naming the field, `not_found` for a task out of sight, `conflict` when its
   * state, its holder, its version or its dependencies forbid it, and `forbidden` for deleting another's task.
   */
  async manage(args: TaskArguments, scope: Scope, origin?: RunOrigin): Promise<Answer> {
    requireOperationFields(args)
    switch (args.operation) {
      case 'create':
        return this.#create(args, scope, origin)
      case 'get':
        return { task: await this.#require(args, scope) }
      case 'delete':
        return this.#delete(args, scope)
      case 'update':
      case 'assign':
      case 'complete':
      case 'fail':
      case 'cancel':
        return this.#change(args, scope)
    }
  }

  async list(args: ToolArguments<'list_tasks'>, scope: Scope): Promise<ToolOutput<'list_tasks'>> {
    const page = await this.#parts.store.list(this.#toQuery(args), scope)
    return { tasks: page.tasks, total: page.total, ...(page.nextCursor !== undefined && { next_cursor: page.nextCursor }) }
  }

  async #create(args: TaskArguments, scope: Scope, origin: RunOrigin | undefined): Promise<Answer> {
    const now = this.#now()
    const id = origin ? idFromKey(origin.key, origin.beganAtMs) : newId()
    const known = origin && (await this.#parts.store.get(id, scope))
    if (known) return { task: known }
    const task = await this.#parts.store.create(newTask(id, args, scope, now), { scope, now })
    this.#announce('task-created', task, scope, now)
    if (task.assigned_agent_id !== undefined) this.#announce('task-assigned', task, scope, now)
    return { task }
  }

  #change(args: TaskArguments, scope: Scope): Promise<Answer> {
    return this.#retried(args, scope, async (before, now) => {
      const { task, followers } = await this.#parts.store.replace(changedTask(before, args, scope, now), { scope, now })
      this.#announce(args.operation === 'assign' ? 'task-assigned' : taskEventOf(before, task), task, scope, now)
      for (const follower of followers)
        this.#announce(follower.status === 'pending' ? 'task-released' : 'task-updated', follower, scope, now)
      const released = followers.flatMap((follower) => (follower.status === 'pending' && canSeeTask(follower, scope) ? [follower.id] : []))
      return { task, ...(released.length > 0 && { released }) }
    })
  }

  #delete(args: TaskArguments, scope: Scope): Promise<Answer> {
    return this.#retried(args, scope, async (task, now) => {
      if (scope.kind === 'agent' && task.created_by !== scope.agentId) {
        throw new AppError('forbidden', `Only "${task.created_by}", who made this task, may delete it; use operation "cancel" instead.`, {
          details: { field: 'operation', created_by: task.created_by },
        })
      }
      const deleted = await this.#parts.store.delete(task.id, { scope, now }, task.version)
      this.#announce('task-deleted', deleted, scope, now)
      return { task: deleted, deleted: true }
    })
  }

  /** Asks the rules again about what the task has become while `change` was under way; a caller that named a version wants to see that itself. */
  async #retried(args: TaskArguments, scope: Scope, change: (task: Task, now: string) => Promise<Answer>): Promise<Answer> {
    for (let tries = 1; ; tries += 1) {
      const task = await this.#require(args, scope)
      try {
        return await change(task, this.#now())
      } catch (error) {
        if (!isStaleTask(error) || args.expected_version !== undefined || tries >= MAX_TRIES) throw error
      }
    }
  }

  /** The task that `args` mean, at the version they expect. */
  async #require(args: TaskArguments, scope: Scope): Promise<Task> {
    const id = required(args.task_id, 'task_id')
    const task = await this.#parts.store.get(id, scope)
    if (!task) throw notFound('task', id)
    if (args.expected_version !== undefined) requireTaskVersion(task, args.expected_version)
    return task
  }

  #toQuery(args: ToolArguments<'list_tasks'>): TaskQuery {
    // The store keeps what waits for others out of `pending`, so that what is pending can be started.
    const status = args.ready ? (args.status ?? ['pending' as const]).filter((wanted) => wanted === 'pending') : args.status
    return {
      sort: args.sort,
      limit: args.limit,
      ...(status && { status }),
      ...(args.priority !== undefined && { priority: args.priority }),
      ...(args.assigned_agent_id !== undefined && { assignedAgentId: args.assigned_agent_id }),
      ...(args.created_by !== undefined && { createdBy: args.created_by }),
      ...(args.namespace !== undefined && { namespace: args.namespace }),
      ...(args.due_before !== undefined && { dueBefore: readTime('due_before', args.due_before, this.#parts.clock.now()) }),
      ...(args.cursor !== undefined && { cursor: args.cursor }),
    }
  }

  #announce(type: Parameters<typeof announceTask>[1], task: Task, scope: Scope, now: string): void {
    announceTask(this.#parts.bus, type, task, scope.agentId, now)
  }

  #now(): string {
    return toIso(this.#parts.clock.now())
  }
}
