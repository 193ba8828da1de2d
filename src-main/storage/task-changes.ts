import { notFound } from '../base/errors.ts'
import { canSeeTask } from '../contract/scope.ts'
import type { Task } from '../contract/task.ts'
import { refuseCycle } from './task-graph.ts'
import type { TaskEdges } from './task-graph.ts'
import { deadDependencyNote, openDependencies, taskIsNeeded, withServerNote } from './task-rules.ts'
import { requireTaskVersion } from './task-store.ts'
import type { NewTask, TaskChange, TaskResult } from './task-store.ts'

/** The rows of a dialect within one change: nobody else changes them until it ends. Scopes are checked above them. */
export interface TaskRows extends TaskEdges {
  find(ids: readonly string[]): Promise<Task[]>
  /** Tasks that name `id` among their dependencies. */
  dependentsOf(id: string): Promise<Task[]>
  insert(task: Task): Promise<void>
  write(task: Task): Promise<void>
  remove(id: string): Promise<void>
}

/** The changes of the TaskStore port, the same for every dialect. Everything is checked before the first row is written. */
export async function createTask(rows: TaskRows, task: NewTask, { scope, now }: TaskChange): Promise<Task> {
  const dependencies = await requireDependencies(rows, task.dependencies, { scope, now })
  const made = settled({ ...task, status: 'pending', version: 1, created_at: now, updated_at: now }, dependencies, now)
  await rows.insert(made)
  return made
}

export async function replaceTask(rows: TaskRows, next: Task, change: TaskChange): Promise<TaskResult> {
  const current = await requireTask(rows, next.id, change)
  requireTaskVersion(current, next.version)
  const { id, namespace, created_by, created_at } = current
  const own = { id, namespace, created_by, created_at, version: current.version + 1, updated_at: change.now }
  const task = settled({ ...next, ...own }, await dependenciesOf(rows, current, next, change), change.now)
  const followers = task.status === current.status ? [] : await followersOf(rows, task, change.now)
  await rows.write(task)
  for (const follower of followers) await rows.write(follower)
  return { task, followers }
}

export async function deleteTask(rows: TaskRows, id: string, change: TaskChange, version: number): Promise<Task> {
  const task = await requireTask(rows, id, change)
  requireTaskVersion(task, version)
  const dependents = await rows.dependentsOf(id)
  if (dependents.length > 0) throw taskIsNeeded(dependents, change.scope)
  await rows.remove(id)
  return task
}

async function requireTask(rows: TaskRows, id: string, { scope }: TaskChange): Promise<Task> {
  const [task] = await rows.find([id])
  if (!task || !canSeeTask(task, scope)) throw notFound('task', id)
  return task
}

/** What `next` depends on. Dependencies it had may have gone out of sight since; new ones must be seen. */
async function dependenciesOf(rows: TaskRows, current: Task, next: Task, change: TaskChange): Promise<Task[]> {
  const added = next.dependencies.filter((id) => !current.dependencies.includes(id))
  if (added.includes(next.id)) await refuseCycle(rows, next.id, [next.id], change.scope)
  await requireDependencies(rows, added, change)
  if (added.length > 0) await refuseCycle(rows, next.id, added, change.scope)
  return rows.find(next.dependencies)
}

async function requireDependencies(rows: TaskRows, ids: readonly string[], { scope }: TaskChange): Promise<Task[]> {
  const found = await rows.find(ids)
  const seen = new Set(found.flatMap((task) => (canSeeTask(task, scope) ? [task.id] : [])))
  const missing = ids.find((id) => !seen.has(id))
  if (missing !== undefined) throw notFound('task', missing)
  return found
}

/** The task in the state that its dependencies leave it. Throws `conflict` when it is at work without them. */
function settled(task: Task, dependencies: readonly Task[], now: string): Task {
  const open = dependencies.filter(({ status }) => status !== 'completed')
  if (open.length === 0) return task.status === 'blocked' ? { ...task, status: 'pending' } : task
  if (task.status === 'in_progress' || task.status === 'completed') throw openDependencies(task, open)
  if (task.status !== 'pending') return task
  const dead = open.filter(({ status }) => status === 'failed' || status === 'cancelled')
  const blocked: Task = { ...task, status: 'blocked' }
  return dead.reduce((noted, dependency) => withServerNote(noted, deadDependencyNote(dependency, now)), blocked)
}

/** The waiting tasks that this one, in its new state, releases or disappoints; as they are after that. */
async function followersOf(rows: TaskRows, task: Task, now: string): Promise<Task[]> {
  if (task.status !== 'completed' && task.status !== 'failed' && task.status !== 'cancelled') return []
  const waiting = (await rows.dependentsOf(task.id)).filter(({ status }) => status === 'blocked')
  const followers: Task[] = []
  for (const follower of waiting) {
    const moved: Task = { ...follower, version: follower.version + 1, updated_at: now }
    if (task.status !== 'completed') followers.push(withServerNote(moved, deadDependencyNote(task, now)))
    else {
      const others = await rows.find(follower.dependencies.filter((id) => id !== task.id))
      if (others.every(({ status }) => status === 'completed')) followers.push({ ...moved, status: 'pending' })
    }
  }
  return followers
}
