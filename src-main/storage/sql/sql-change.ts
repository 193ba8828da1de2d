import type { HistoryAction } from '../../contract/memory.ts'
import { trashMemory } from '../memory-rules.ts'
import type { StoredMemory } from '../stored-memory.ts'
import type { HoldRows } from './hold-rows.ts'
import type { SearchIndex } from './search-index.ts'
import { completeRows, hashContent, toColumns } from './sql-rows.ts'
import type { LoadedMemory } from './sql-rows.ts'
import type { MemoryTransaction } from './sql-schema.ts'

/** One open transaction and the index that follows it. */
export interface ChangeParts {
  readonly tx: MemoryTransaction
  readonly index: SearchIndex
  readonly hold?: HoldRows
}

export interface HistoryNote {
  readonly action: HistoryAction
  readonly actor: string
  readonly now: string
}

/** Writes a memory that was not there, with its first history row, and makes it findable. */
export async function writeNew({ tx, index }: ChangeParts, memory: StoredMemory, note: HistoryNote): Promise<LoadedMemory> {
  const { seq } = await tx
    .insertInto('memories')
    .values({ ...toColumns(memory), content_version: 1 })
    .returning('seq')
    .executeTakeFirstOrThrow()
  await writeTags(tx, seq, memory)
  await writeShares(tx, seq, memory)
  await writeLinks(tx, seq, memory)
  await writeHistory(tx, seq, memory.version, note)
  await index.addTexts(tx, [{ seq, text: memory }])
  await addToBacklog(tx, seq)
  return { seq, contentVersion: 1, memory }
}

/** Writes what a memory has become, with what it was before, and keeps the index in step. */
export async function writeChanged(
  { tx, index }: ChangeParts,
  current: LoadedMemory,
  next: StoredMemory,
  note: HistoryNote,
): Promise<LoadedMemory> {
  const { seq, memory: before } = current
  const isNewContent = next.content !== before.content
  const contentVersion = current.contentVersion + (isNewContent ? 1 : 0)
  const { id: _, ...columns } = toColumns(next)
  await tx
    .updateTable('memories')
    .set({ ...columns, content_version: contentVersion })
    .where('seq', '=', seq)
    .execute()
  if (next.tags !== before.tags) await writeTags(tx, seq, next)
  if (next.shared_with !== before.shared_with) await writeShares(tx, seq, next)
  if (next.links !== before.links) await writeLinks(tx, seq, next)
  await writeHistory(tx, seq, next.version, note, before)
  if (isNewContent) {
    await index.removeVectors(tx, [seq])
    await tx.deleteFrom('memory_vectors').where('memory_seq', '=', seq).execute()
    await addToBacklog(tx, seq)
  }
  await reindex({ tx, index }, current, next)
  return { seq, contentVersion, memory: next }
}

/** Erases a memory and every trace of it in others. */
export async function erase({ tx, index }: ChangeParts, { seq, memory }: LoadedMemory): Promise<void> {
  if (memory.deleted_at === undefined) {
    await index.removeText(tx, seq)
    await index.removeVectors(tx, [seq])
  }
  await tx.deleteFrom('memories').where('seq', '=', seq).execute()
  await tx.deleteFrom('memory_links').where('to_id', '=', memory.id).execute()
  await tx.updateTable('memories').set({ superseded_by: null }).where('superseded_by', '=', memory.id).execute()
}

/**
 * The live memory of the same owner and namespace with exactly this content, other than `exceptId`. One that has expired is no
 * such thing: it moves to the trash here, which frees its place in the unique index.
 */
export async function findTwin(parts: ChangeParts, memory: StoredMemory, now: string): Promise<LoadedMemory | undefined> {
  const twin = await readTwin(parts.tx, memory)
  if (!twin || !isExpired(twin.memory, now)) return twin
  await parts.hold?.(parts.tx, 'memories', [twin.memory.id])
  // Others may have changed it, or moved it away, while we waited for it.
  const held = parts.hold ? await readTwin(parts.tx, memory) : twin
  if (!held || !isExpired(held.memory, now)) return held
  await moveExpiredToTrash(parts, held, now)
  return undefined
}

async function readTwin(tx: MemoryTransaction, memory: StoredMemory): Promise<LoadedMemory | undefined> {
  const rows = await tx
    .selectFrom('memories')
    .selectAll()
    .where('agent_id', '=', memory.agent_id)
    .where('namespace', '=', memory.namespace)
    .where('content_hash', '=', hashContent(memory.content))
    .where('deleted_at', 'is', null)
    .where('id', '!=', memory.id)
    .execute()
  return (await completeRows(tx, rows))[0]
}

export async function moveExpiredToTrash(parts: ChangeParts, expired: LoadedMemory, now: string): Promise<void> {
  await writeChanged(parts, expired, trashMemory(expired.memory, now), { action: 'expired', actor: 'system', now })
}

function isExpired(memory: StoredMemory, now: string): boolean {
  return memory.expires_at !== undefined && Date.parse(memory.expires_at) <= Date.parse(now)
}

async function reindex({ tx, index }: ChangeParts, { seq, memory: before }: LoadedMemory, next: StoredMemory): Promise<void> {
  const wasLive = before.deleted_at === undefined
  const isLive = next.deleted_at === undefined
  if (!isLive) {
    if (!wasLive) return
    await index.removeText(tx, seq)
    await index.removeVectors(tx, [seq])
    return
  }
  const isSameText = next.content === before.content && next.summary === before.summary && next.tags === before.tags
  if (!wasLive || !isSameText) await index.putTexts(tx, [{ seq, text: next }])
  if (!wasLive) await index.addVectors(tx, [seq])
}

async function writeTags(tx: MemoryTransaction, seq: number, { tags, version }: StoredMemory): Promise<void> {
  if (version > 1) await tx.deleteFrom('memory_tags').where('memory_seq', '=', seq).execute()
  if (tags.length === 0) return
  await tx
    .insertInto('memory_tags')
    .values(tags.map((tag, position) => ({ memory_seq: seq, position, tag })))
    .execute()
}

async function writeShares(tx: MemoryTransaction, seq: number, { shared_with, version }: StoredMemory): Promise<void> {
  if (version > 1) await tx.deleteFrom('memory_shares').where('memory_seq', '=', seq).execute()
  if (shared_with.length === 0) return
  const rows = shared_with.map(({ agent_id, permission, expires_at }, position) => {
    return { memory_seq: seq, position, agent_id, permission, expires_at: expires_at === undefined ? null : Date.parse(expires_at) }
  })
  await tx.insertInto('memory_shares').values(rows).execute()
}

async function writeLinks(tx: MemoryTransaction, seq: number, { links, version }: StoredMemory): Promise<void> {
  if (version > 1) await tx.deleteFrom('memory_links').where('memory_seq', '=', seq).execute()
  if (links.length === 0) return
  await tx
    .insertInto('memory_links')
    .values(links.map(({ to, kind }, position) => ({ memory_seq: seq, position, to_id: to, kind })))
    .execute()
}

async function writeHistory(tx: MemoryTransaction, seq: number, version: number, note: HistoryNote, before?: StoredMemory): Promise<void> {
  await tx
    .insertInto('memory_history')
    .values({
      memory_seq: seq,
      version,
      action: note.action,
      changed_at: Date.parse(note.now),
      changed_by: note.actor,
      before: before ? JSON.stringify(before) : null,
    })
    .execute()
}

async function addToBacklog(tx: MemoryTransaction, seq: number): Promise<void> {
  await tx
    .insertInto('embedding_backlog')
    .columns(['model_id', 'memory_seq'])
    // SQLite needs the WHERE to tell ON CONFLICT from a join's ON (https://sqlite.org/lang_upsert.html, "Parsing Ambiguity").
    .expression((eb) =>
      eb
        .selectFrom('embedding_models')
        .select((model) => ['id', model.val(seq).as('memory_seq')])
        .where('state', 'in', ['in-use', 'kept']),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}
