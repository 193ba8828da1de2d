import { canSeeTask } from '../contract/scope.ts'
import type { Scope, TaskFacts } from '../contract/scope.ts'
import { cyclicTasks } from './task-rules.ts'

export interface TaskEdge extends TaskFacts {
  readonly id: string
  readonly dependencies: readonly string[]
}

/** What a search through the dependencies reads. */
export interface TaskEdges {
  edgesOf(ids: readonly string[]): Promise<TaskEdge[]>
}

/**
 * Throws `invalid_request` with the shortest path that leads from `id` through `added` back to it. Goes through the graph level by
 * level, each task once. Tasks the scope may not see are on the path without their ids.
 */
export async function refuseCycle(edges: TaskEdges, id: string, added: readonly string[], scope: Scope): Promise<void> {
  const cameFrom = new Map<string, string>()
  const shown = new Map<string, string>([[id, id]])
  let level = [...new Set(added)]
  for (const next of level) cameFrom.set(next, id)
  while (level.length > 0) {
    if (cameFrom.has(id)) throw cyclicTasks(pathTo(id, cameFrom).map((step) => shown.get(step) ?? HIDDEN))
    const found = await edgesOf(edges, level)
    level = []
    for (const task of found) {
      if (canSeeTask(task, scope)) shown.set(task.id, task.id)
      for (const dependency of task.dependencies) {
        if (cameFrom.has(dependency)) continue
        cameFrom.set(dependency, task.id)
        level.push(dependency)
      }
    }
  }
}

/** Ids that one question may name: databases bound them. */
const ASKED_AT_ONCE = 500

async function edgesOf(edges: TaskEdges, ids: readonly string[]): Promise<TaskEdge[]> {
  const found: TaskEdge[] = []
  for (let start = 0; start < ids.length; start += ASKED_AT_ONCE)
    found.push(...(await edges.edgesOf(ids.slice(start, start + ASKED_AT_ONCE))))
  return found
}

const HIDDEN = '(a task you may not see)'

function pathTo(id: string, cameFrom: ReadonlyMap<string, string>): string[] {
  const path = [id]
  for (let step = cameFrom.get(id); step !== undefined && step !== id; step = cameFrom.get(step)) path.unshift(step)
  return [id, ...path]
}
