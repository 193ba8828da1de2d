import type { HistoryEntry, Memory } from '../contract/memory.ts'
import { canManage, canRead } from '../contract/scope.ts'
import type { Scope } from '../contract/scope.ts'
import type { MemoryStore } from '../storage/memory-store.ts'

/**
 * Takes out of memories what their reader may not know: grants to others, links to memories the reader may not see.
 * The store has already checked that the reader may see each memory itself.
 */
export async function presentMemories<M extends Memory>(
  store: MemoryStore,
  memories: readonly M[],
  scope: Scope,
  now: string,
): Promise<M[]> {
  const targets = new Set(memories.flatMap(referencedIds))
  const visible = targets.size === 0 ? targets : new Set(await store.visibleIds([...targets], scope, now))
  return memories.map((memory) => presentOne(memory, scope, visible))
}

/**
 * History as a reader may see it: the versions that were visible to this reader when they stood. What was private before it
 * was shared stays private.
 */
export async function presentHistory(
  store: MemoryStore,
  entries: readonly HistoryEntry[],
  scope: Scope,
  now: string,
): Promise<HistoryEntry[]> {
  const visible = entries.filter((entry) => entry.before === undefined || canRead(entry.before, scope, Date.parse(now)))
  const befores = await presentMemories(
    store,
    visible.flatMap((entry) => entry.before ?? []),
    scope,
    now,
  )
  const byVersion = new Map(befores.map((before) => [before.version, before]))
  return visible.map((entry) => {
    const before = entry.before && byVersion.get(entry.before.version)
    return before ? { ...entry, before } : entry
  })
}

function presentOne<M extends Memory>(memory: M, scope: Scope, visible: ReadonlySet<string>): M {
  const { superseded_by: successor, ...rest } = memory
  const shown = {
    ...rest,
    shared_with: canManage(memory, scope) ? memory.shared_with : memory.shared_with.filter((share) => share.agent_id === scope.agentId),
    links: memory.links.filter((link) => visible.has(link.to)),
    ...(successor !== undefined && visible.has(successor) && { superseded_by: successor }),
  }
  return shown as M // only fields were taken out that M inherits from Memory
}

function referencedIds(memory: Memory): string[] {
  return [...memory.links.map((link) => link.to), ...(memory.superseded_by === undefined ? [] : [memory.superseded_by])]
}
