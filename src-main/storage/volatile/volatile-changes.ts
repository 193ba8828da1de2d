import type { Link } from '../../contract/memory.ts'
import { canEdit } from '../../contract/scope.ts'
import { supersedeMemory, trashMemory } from '../memory-rules.ts'
import type { Change } from '../memory-store.ts'
import type { StoredHistoryEntry, StoredMemory } from '../stored-memory.ts'
import { isLive, isVisible } from './volatile-entry.ts'
import type { Entry } from './volatile-entry.ts'
import { countWords } from '../word-counts.ts'

/** Who changes what it is called, and when. */
export interface HistoryNote {
  readonly action: StoredHistoryEntry['action']
  readonly actor: string
  readonly now: string
}

export function createEntry(seq: number, memory: StoredMemory, note: HistoryNote): Entry {
  return { seq, memory, contentVersion: 1, words: countWords(memory), history: [historyOf(memory, note)], vectors: new Map() }
}

/** Makes an entry what its memory has become, with what it was before. */
export function change(entry: Entry, next: StoredMemory, note: HistoryNote): void {
  const before = entry.memory
  entry.history.push({ ...historyOf(next, note), before: JSON.stringify(before) })
  entry.memory = next
  entry.words = countWords(next)
  if (next.content === before.content) return
  entry.contentVersion++
  entry.vectors.clear()
}

/** The live memory of the same owner and namespace with the same content. One that has expired moves to the trash instead. */
export function findTwin(entries: ReadonlyMap<string, Entry>, memory: StoredMemory, now: string): Entry | undefined {
  for (const entry of entries.values()) {
    const { id, agent_id, namespace, content, deleted_at } = entry.memory
    if (deleted_at !== undefined || id === memory.id || content !== memory.content) continue
    if (agent_id !== memory.agent_id || namespace !== memory.namespace) continue
    if (isLive(entry, Date.parse(now))) return entry
    moveExpiredToTrash(entry, now)
  }
  return undefined
}

export function moveExpiredToTrash(entry: Entry, now: string): void {
  change(entry, trashMemory(entry.memory, now), { action: 'expired', actor: 'system', now })
}

/** Marks what `id` supersedes now and frees what it no longer does, as far as the scope may edit those. */
export function followSupersedes(
  entries: ReadonlyMap<string, Entry>,
  id: string,
  before: readonly Link[],
  after: readonly Link[],
  by: Change,
): void {
  const kept = targetsOf(after, id)
  for (const target of editable(entries, kept, by)) if (target.memory.superseded_by !== id) setSuccessor(target, id, by)
  const freed = targetsOf(before, id).filter((target) => !kept.includes(target))
  for (const target of editable(entries, freed, by)) if (target.memory.superseded_by === id) setSuccessor(target, undefined, by)
}

function setSuccessor(entry: Entry, successor: string | undefined, by: Change): void {
  change(entry, supersedeMemory(entry.memory, successor, by.now), { ...by, action: 'updated' })
}

function editable(entries: ReadonlyMap<string, Entry>, ids: readonly string[], { scope, now }: Change): Entry[] {
  const at = Date.parse(now)
  return ids.flatMap((id) => entries.get(id) ?? []).filter((entry) => isVisible(entry, scope, at) && canEdit(entry.memory, scope, at))
}

function targetsOf(links: readonly Link[], except: string): string[] {
  return [...new Set(links.filter(({ kind, to }) => kind === 'supersedes' && to !== except).map(({ to }) => to))]
}

function historyOf({ version }: StoredMemory, { action, actor, now }: HistoryNote): StoredHistoryEntry {
  return { version, action, changed_at: new Date(now).toISOString(), changed_by: actor }
}
