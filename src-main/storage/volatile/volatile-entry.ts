import { canManage, canRead } from '../../contract/scope.ts'
import type { Scope } from '../../contract/scope.ts'
import type { MemoryFilter } from '../memory-store.ts'
import type { StoredHistoryEntry, StoredMemory } from '../stored-memory.ts'
import type { WordCounts } from '../word-counts.ts'

/** A memory with all that hangs on it. */
export interface Entry {
  /** Order of arrival. */
  readonly seq: number
  memory: StoredMemory
  contentVersion: number
  words: WordCounts
  /** Oldest first. */
  readonly history: StoredHistoryEntry[]
  /** By model, unit vectors of the content as it is. */
  readonly vectors: Map<string, readonly Float32Array[]>
}

/** Neither in the trash nor expired. */
export function isLive({ memory }: Entry, now: number): boolean {
  return memory.deleted_at === undefined && (memory.expires_at === undefined || Date.parse(memory.expires_at) > now)
}

/** There for the scope: live and readable. */
export function isVisible(entry: Entry, scope: Scope, now: number): boolean {
  return isLive(entry, now) && canRead(entry.memory, scope, now)
}

/** In the trash, and the scope may take it out. */
export function isInTrashOf({ memory }: Entry, scope: Scope): boolean {
  return memory.deleted_at !== undefined && canManage(memory, scope)
}

export function matchesFilter({ memory }: Entry, filter: MemoryFilter): boolean {
  const created = Date.parse(memory.created_at)
  return (
    matchesTags(memory.tags, filter) &&
    (filter.agentId === undefined || memory.agent_id === filter.agentId) &&
    (filter.namespace === undefined || memory.namespace === filter.namespace) &&
    (filter.minImportance === undefined || memory.importance >= filter.minImportance) &&
    (filter.since === undefined || created >= Date.parse(filter.since)) &&
    (filter.until === undefined || created < Date.parse(filter.until)) &&
    (filter.accessLevel === undefined || memory.access_level === filter.accessLevel) &&
    (filter.pinned === undefined || memory.pinned === filter.pinned)
  )
}

function matchesTags(tags: readonly string[], { tags: wanted = [], tagMatch }: MemoryFilter): boolean {
  if (wanted.length === 0) return true
  return tagMatch === 'all' ? wanted.every((tag) => tags.includes(tag)) : wanted.some((tag) => tags.includes(tag))
}
