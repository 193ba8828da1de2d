import { unquantize } from '../quantized-vector.ts'
import { meetMemory, NEW, replacementOf, UNCHANGED } from '../transfer-rules.ts'
import type { HistoryRecord, StoredMemory, VectorRecord, WriteOptions, WriteOutcome } from '../transfer-store.ts'
import { change, findTwin } from './volatile-changes.ts'
import { isLive } from './volatile-entry.ts'
import type { VolatileMemoryStore } from './volatile-memory-store.ts'
import { countWords } from '../word-counts.ts'

export function mergeMemory(store: VolatileMemoryStore, memory: StoredMemory, options: WriteOptions): WriteOutcome {
  const { now, actor, dryRun = false, isWithoutHistory = false } = options
  const there = store.entries.get(memory.id)
  const outcome = there ? meetMemory(there.memory, memory, options) : NEW
  if (outcome.result !== 'new' && outcome.result !== 'replaced') return outcome
  if (memory.deleted_at === undefined && hasTwin(store, memory, now, dryRun)) return { result: 'skipped', reason: 'same_content' }
  if (dryRun) return outcome
  if (there) {
    change(there, replacementOf(there.memory, memory, now), { action: 'imported', actor, now })
    return outcome
  }
  const stamp = { version: memory.version, action: 'imported' as const, changed_at: now, changed_by: actor }
  store.entries.set(memory.id, {
    seq: store.takeSeq(),
    memory,
    contentVersion: 1,
    words: countWords(memory),
    history: isWithoutHistory ? [stamp] : [],
    vectors: new Map(),
  })
  return outcome
}

export function mergeHistory(
  store: VolatileMemoryStore,
  { memoryId, entry }: HistoryRecord,
  { dryRun = false }: WriteOptions,
): WriteOutcome {
  const there = store.entries.get(memoryId)
  if (!there) return dryRun ? NEW : { result: 'skipped', reason: 'no_memory' }
  if (there.history.some(({ version }) => version === entry.version)) return UNCHANGED
  if (dryRun) return NEW
  there.history.push(entry)
  there.history.sort((a, b) => a.version - b.version)
  return NEW
}

export function mergeVectors(store: VolatileMemoryStore, record: VectorRecord, { dryRun = false }: WriteOptions): WriteOutcome {
  const known = [...store.entries.values()].find(({ vectors }) => (vectors.get(record.model)?.length ?? 0) > 0)
  const dimensions = known?.vectors.get(record.model)?.[0]?.length ?? record.dimensions
  if (dimensions !== record.dimensions) return { result: 'skipped', reason: 'other_dimensions' }
  const there = store.entries.get(record.memoryId)
  if (!there) return dryRun ? NEW : { result: 'skipped', reason: 'no_memory' }
  if (there.vectors.has(record.model)) return UNCHANGED
  if (!dryRun) there.vectors.set(record.model, record.vectors.map(unquantize))
  return NEW
}

function hasTwin(store: VolatileMemoryStore, memory: StoredMemory, now: string, dryRun: boolean): boolean {
  if (!dryRun) return findTwin(store.entries, memory, now) !== undefined
  return [...store.entries.values()].some((entry) => {
    const { id, agent_id, namespace, content } = entry.memory
    const isSame = content === memory.content && agent_id === memory.agent_id && namespace === memory.namespace
    return isSame && id !== memory.id && isLive(entry, Date.parse(now))
  })
}
