import type { AccessLevel, ListInput, MemoryEvent, SearchInput } from '../api/types.ts'

export type SortOrder = 'newest' | 'oldest' | 'updated' | 'importance'
export const SORT_ORDERS: readonly SortOrder[] = ['newest', 'oldest', 'updated', 'importance']

export type Since = 'any' | 'day' | 'week' | 'month' | 'year'
export const SINCE_CHOICES: readonly Since[] = ['any', 'day', 'week', 'month', 'year']
/** Days that each choice goes back. */
export const SINCE_DAYS: Readonly<Record<Exclude<Since, 'any'>, number>> = { day: 1, week: 7, month: 30, year: 365 }

/** Each field is a parameter of the API; nothing is filtered on this side. */
export interface MemoryFilters {
  readonly agentId?: string
  readonly namespace?: string
  readonly tags: readonly string[]
  readonly tagMatch: 'any' | 'all'
  readonly minImportance: number
  readonly since: Since
  /** These two narrow the list only; a search has no such parameter. */
  readonly level?: AccessLevel
  readonly isTrash: boolean
}

export const NO_FILTERS: MemoryFilters = { tags: [], tagMatch: 'any', minImportance: 0, since: 'any', isTrash: false }

export const PAGE_SIZE = 100
const SEARCH_LIMIT = 50
/** Hits below it share next to nothing with the question; they come on demand. */
export const WEAK_SCORE = 0.1

export function listInputOf(filters: MemoryFilters, sort: SortOrder, now: number, cursor?: string): ListInput {
  return {
    limit: PAGE_SIZE,
    sort,
    ...sharedInput(filters, now),
    ...(filters.level === undefined ? {} : { access_level: filters.level }),
    ...(filters.isTrash ? { trash: true } : {}),
    ...(cursor === undefined ? {} : { cursor }),
  }
}

export function searchInputOf(query: string, filters: MemoryFilters, withWeak: boolean, now: number): SearchInput {
  return { query, limit: SEARCH_LIMIT, ...(withWeak ? {} : { min_score: WEAK_SCORE }), ...sharedInput(filters, now) }
}

function sharedInput({ agentId, namespace, tags, tagMatch, minImportance, since }: MemoryFilters, now: number) {
  return {
    ...(agentId === undefined ? {} : { agent_id: agentId }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(tags.length === 0 ? {} : { tags: [...tags], tag_match: tagMatch }),
    ...(minImportance === 0 ? {} : { min_importance: minImportance }),
    // Whole minutes: the same question a second later is the same request.
    ...(since === 'any' ? {} : { since: new Date(Math.floor(now / 60_000) * 60_000 - SINCE_DAYS[since] * 86_400_000).toISOString() }),
  }
}

export function countFilters(filters: MemoryFilters): number {
  const { agentId, namespace, tags, minImportance, since, level, isTrash } = filters
  return [agentId, namespace, level, tags.length > 0, minImportance > 0, since !== 'any', isTrash].filter(Boolean).length
}

/** Whether a memory that was just stored may belong into the list. Tags and importance are not in the event: then it may. */
export function mayShow(filters: MemoryFilters, event: MemoryEvent): boolean {
  if (filters.isTrash) return false
  if (filters.agentId !== undefined && filters.agentId !== event.agent_id) return false
  if (filters.namespace !== undefined && filters.namespace !== event.namespace) return false
  return filters.level === undefined || filters.level === event.access_level
}
