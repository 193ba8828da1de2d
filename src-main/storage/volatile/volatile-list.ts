import type { Scope } from '../../contract/scope.ts'
import { decodeCursor, encodeCursor } from '../list-cursor.ts'
import type { ListQuery } from '../memory-store.ts'
import type { StoredMemory } from '../stored-memory.ts'
import { isInTrashOf, isVisible, matchesFilter } from './volatile-entry.ts'
import type { Entry } from './volatile-entry.ts'

const KEYS: Readonly<Record<ListQuery['sort'], (entry: Entry) => number[]>> = {
  newest: ({ memory, seq }) => [Date.parse(memory.created_at), seq],
  oldest: ({ memory, seq }) => [Date.parse(memory.created_at), seq],
  updated: ({ memory, seq }) => [Date.parse(memory.updated_at), seq],
  importance: ({ memory, seq }) => [memory.importance, Date.parse(memory.created_at), seq],
}

export function listEntries(
  entries: readonly Entry[],
  query: ListQuery,
  scope: Scope,
): { memories: StoredMemory[]; total: number; nextCursor?: string } {
  const keyOf = KEYS[query.sort]
  const direction = query.sort === 'oldest' ? 1 : -1
  const kind = query.trash === true ? `trash-${query.sort}` : query.sort
  const after = query.cursor === undefined ? undefined : decodeCursor(query.cursor, kind, query.sort === 'importance' ? 3 : 2)
  const matching = entries
    .filter((entry) => (query.trash === true ? isInTrashOf(entry, scope) : isVisible(entry, scope, Date.parse(query.now))))
    .filter((entry) => matchesFilter(entry, query))
    .sort((a, b) => direction * compare(keyOf(a), keyOf(b)))
  const rest = after ? matching.filter((entry) => direction * compare(keyOf(entry), after) > 0) : matching
  const shown = rest.slice(0, query.limit)
  const last = shown.at(-1)
  return {
    memories: shown.map(({ memory }) => memory),
    total: matching.length,
    ...(last && rest.length > shown.length && { nextCursor: encodeCursor(kind, keyOf(last)) }),
  }
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (const [i, value] of a.entries()) if (value !== b[i]) return value - (b[i] ?? 0)
  return 0
}
