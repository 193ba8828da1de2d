import type { AuditEntry } from '../api/types.ts'

/** Calls that show the text of a memory. */
const READING = new Set(['recall_memory', 'semantic_search', 'search_memories', 'list_memories', 'get_memory_history'])

export interface MemoryReader {
  readonly agentId: string
  /** The last time. */
  readonly at: string
  readonly times: number
}

/** Who read a memory that is not its own, the latest first. `entries` are of that memory, the newest first; `self` looks at it now and does not count. */
export function readersOf(entries: readonly AuditEntry[], self: string): readonly MemoryReader[] {
  const readers = new Map<string, MemoryReader>()
  for (const { agent_id: agentId, action, outcome, at } of entries) {
    if (agentId === self || outcome !== 'ok' || !READING.has(action)) continue
    const known = readers.get(agentId)
    readers.set(agentId, known ? { ...known, times: known.times + 1 } : { agentId, at, times: 1 })
  }
  return [...readers.values()]
}
