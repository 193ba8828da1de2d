import type { QueryClient } from '@tanstack/react-query'
import type { CoordinationApi } from '../api/coordination-api.ts'
import { messageOf } from '../api/server-error.ts'
import type { Task, TaskChanges, TaskInput } from '../api/types.ts'
import { strings } from '../strings/strings.ts'
import type { Toasts } from './toasts.ts'

const words = strings.tasks

/** What a person does to tasks. Each method answers whether it worked, and says so. */
export class TaskActions {
  readonly #api: CoordinationApi
  readonly #queries: QueryClient
  readonly #toasts: Toasts
  readonly #gone = new Set<string>()

  constructor(api: CoordinationApi, queries: QueryClient, toasts: Toasts) {
    this.#api = api
    this.#queries = queries
    this.#toasts = toasts
  }

  /** The new task, or a sentence about why there is none. */
  async create(input: TaskInput): Promise<Task | string> {
    try {
      const task = await this.#api.createTask(input)
      this.#toasts.show(words.created, () => this.#quietly(() => this.#api.deleteTask(task.id)))
      return task
    } catch (error) {
      return messageOf(error)
    } finally {
      this.#refresh()
    }
  }

  update(task: Task, changes: TaskChanges): Promise<boolean> {
    return this.#attempt(() => this.#api.updateTask(task.id, { ...changes, expected_version: task.version }))
  }

  assign(task: Task, agentId: string): Promise<boolean> {
    return this.#attempt(() => this.#api.assignTask(task.id, agentId))
  }

  end(task: Task, how: 'complete' | 'fail' | 'cancel', error?: string): Promise<boolean> {
    return this.#attempt(async () => {
      const { status } = await this.#api.endTask(task.id, how, error === undefined ? {} : { error })
      this.#toasts.show(words.changed(words.statuses[status]))
    })
  }

  delete(task: Task): Promise<boolean> {
    return this.#attempt(async () => {
      await this.#api.deleteTask(task.id)
      this.#gone.add(task.id)
      this.#toasts.show(words.deleted, () => this.#quietly(() => this.#api.createTask(inputOf(task))))
    })
  }

  async #quietly(action: () => Promise<unknown>): Promise<void> {
    if (await this.#attempt(action)) this.#toasts.show(strings.toasts.undone)
  }

  async #attempt(action: () => Promise<unknown>): Promise<boolean> {
    try {
      await action()
      return true
    } catch (error) {
      this.#toasts.fail(strings.toasts.failed(messageOf(error)))
      return false
    } finally {
      this.#refresh()
    }
  }

  #refresh(): void {
    // A task that is gone is not asked for, though its pane may still be closing.
    void this.#queries.invalidateQueries({ queryKey: ['tasks'], predicate: ({ queryKey }) => !this.#gone.has(String(queryKey[1])) })
  }
}

/** What makes a deleted task again, under a new id. */
function inputOf({ title, description, type, priority, dependencies, due_at, assigned_agent_id, namespace }: Task): TaskInput {
  return {
    title,
    type,
    priority,
    dependencies,
    namespace,
    ...(description !== undefined && { description }),
    ...(due_at !== undefined && { due_at }),
    ...(assigned_agent_id !== undefined && { assigned_agent_id }),
  }
}
