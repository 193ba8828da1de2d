import type { MemoryMap } from '../../../src-main/contract/map.ts'
import { SINCE_DAYS, type MemoryFilters } from '../memory-filters.ts'

const DAY_SECONDS = 86_400

/** Which points the filters of the list let through, as 1 and 0. The same rules as the server's, on what the map knows. `nowMs`: epoch ms. */
export function matchPoints(map: MemoryMap, filters: MemoryFilters, nowMs: number, only?: ReadonlySet<string>): Uint8Array {
  const { points } = map
  const agent = filters.agentId === undefined ? undefined : map.agents.indexOf(filters.agentId)
  const namespace = filters.namespace === undefined ? undefined : map.namespaces.indexOf(filters.namespace)
  const level = filters.level === undefined ? undefined : map.levels.indexOf(filters.level)
  const tags = filters.tags.map((tag) => map.tags.indexOf(tag))
  const least = Math.round(filters.minImportance * 100)
  const since = filters.since === 'any' ? 0 : nowMs / 1000 - SINCE_DAYS[filters.since] * DAY_SECONDS
  const hasTags = (own: readonly number[]) =>
    filters.tagMatch === 'all' ? tags.every((tag) => own.includes(tag)) : tags.some((tag) => own.includes(tag))
  return Uint8Array.from(points.id, (id, i) =>
    (agent === undefined || points.agent[i] === agent) &&
    (namespace === undefined || points.namespace[i] === namespace) &&
    (level === undefined || points.level[i] === level) &&
    (points.importance[i] ?? 0) >= least &&
    (points.created_at[i] ?? 0) >= since &&
    (tags.length === 0 || hasTags(points.tags[i] ?? [])) &&
    (only?.has(id) ?? true)
      ? 1
      : 0,
  )
}
