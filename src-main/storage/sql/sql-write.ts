import type { Link } from '../../contract/memory.ts'
import { canEdit } from '../../contract/scope.ts'
import {
  createMemory,
  memoryNotFound,
  patchMemory,
  requireManage,
  requireOwner,
  requirePatchAllowed,
  requireVersion,
  sameContentConflict,
  supersedeMemory,
  trashMemory,
  untrashMemory,
} from '../memory-rules.ts'
import type { Change, UpdateOptions } from '../memory-store.ts'
import type { PackedNewMemory, PackedPatch, StoredMemory } from '../stored-memory.ts'
import type { SqlParts } from './search-index.ts'
import { erase, findTwin, moveExpiredToTrash, writeChanged, writeNew } from './sql-change.ts'
import type { ChangeParts } from './sql-change.ts'
import { findExpired, findMemory } from './sql-read.ts'
import { completeRows, MAX_VALUES_PER_STATEMENT } from './sql-rows.ts'
import type { LoadedMemory } from './sql-rows.ts'

export function insertMemory(
  parts: SqlParts,
  packed: PackedNewMemory,
  change: Change,
): Promise<{ memory: StoredMemory; isDuplicate: boolean }> {
  return transact(parts, async (open) => {
    const memory = createMemory(packed)
    const twin = await findTwin(open, memory, change.now)
    if (twin) return { memory: twin.memory, isDuplicate: true }
    const written = await writeNew(open, memory, { ...change, action: 'created' })
    await followSupersedes(open, memory.id, [], memory.links, change)
    return { memory: written.memory, isDuplicate: false }
  })
}

export function updateMemory(
  parts: SqlParts,
  id: string,
  patch: PackedPatch,
  change: Change,
  options?: UpdateOptions,
): Promise<StoredMemory> {
  return transact(parts, async (open) => {
    if (patch.links) await open.hold?.(open.tx, 'memories', await touchedByLinks(open, id, patch.links))
    const current = await requireMemory(open, id, change, false)
    requirePatchAllowed(current.memory, patch, change)
    requireVersion(current.memory, options)
    const next = patchMemory(current.memory, patch, change.now)
    if (next.content !== current.memory.content) {
      const twin = await findTwin(open, next, change.now)
      if (twin) throw sameContentConflict(twin.memory, change)
    }
    await writeChanged(open, current, next, { ...change, action: options?.action ?? 'updated' })
    if (patch.links) await followSupersedes(open, id, current.memory.links, next.links, change)
    return next
  })
}

export function moveToTrash(parts: SqlParts, id: string, change: Change): Promise<StoredMemory> {
  return transact(parts, async (open) => {
    const current = await requireMemory(open, id, change, true)
    requireManage(current.memory, change.scope, 'delete')
    if (current.memory.deleted_at !== undefined) return current.memory
    return (await writeChanged(open, current, trashMemory(current.memory, change.now), { ...change, action: 'deleted' })).memory
  })
}

export function takeFromTrash(parts: SqlParts, id: string, change: Change): Promise<StoredMemory> {
  return transact(parts, async (open) => {
    const current = await requireMemory(open, id, change, true)
    requireManage(current.memory, change.scope, 'restore')
    if (current.memory.deleted_at === undefined) return current.memory
    const twin = await findTwin(open, current.memory, change.now)
    if (twin) throw sameContentConflict(twin.memory, change)
    return (await writeChanged(open, current, untrashMemory(current.memory, change.now), { ...change, action: 'restored' })).memory
  })
}

export function purgeMemory(parts: SqlParts, id: string, change: Change): Promise<StoredMemory> {
  return transact(parts, async (open) => {
    // To the person, an expired memory that nobody has swept yet is there to be erased.
    const now = change.scope.kind === 'owner' ? 0 : Date.parse(change.now)
    await open.hold?.(open.tx, 'memories', [id])
    const current = await findMemory(open.tx, id, change.scope, now, true)
    if (!current) throw memoryNotFound(id)
    requireOwner(change.scope)
    await erase(open, current)
    return current.memory
  })
}

export async function expireMemories(parts: SqlParts, now: string): Promise<number> {
  return inBatches(parts, async (open) => {
    let expired = await findExpired(open.tx, Date.parse(now), BATCH_SIZE)
    if (open.hold && expired.length > 0) {
      await open.hold(
        open.tx,
        'memories',
        expired.map(({ memory }) => memory.id),
      )
      // Those that another server has moved away meanwhile are no longer among them.
      expired = await findExpired(open.tx, Date.parse(now), BATCH_SIZE)
    }
    for (const memory of expired) await moveExpiredToTrash(open, memory, now)
    return expired.length
  })
}

export async function emptyTrash(parts: SqlParts, deletedBefore: string): Promise<number> {
  return inBatches(parts, async (open) => {
    const selectOld = () =>
      open.tx
        .selectFrom('memories')
        .selectAll()
        .where('deleted_at', '<', Date.parse(deletedBefore))
        .orderBy('deleted_at')
        .limit(BATCH_SIZE)
        .execute()
    let rows = await selectOld()
    if (open.hold && rows.length > 0) {
      await open.hold(
        open.tx,
        'memories',
        rows.map(({ id }) => id),
      )
      rows = await selectOld()
    }
    for (const memory of await completeRows(open.tx, rows)) await erase(open, memory)
    return rows.length
  })
}

export async function touchMemories({ db }: SqlParts, ids: readonly string[], now: string): Promise<void> {
  const unique = [...new Set(ids)]
  for (let i = 0; i < unique.length; i += MAX_VALUES_PER_STATEMENT) {
    await db
      .updateTable('memories')
      .set((eb) => ({ access_count: eb('access_count', '+', 1), accessed_at: Date.parse(now) }))
      .where('id', 'in', unique.slice(i, i + MAX_VALUES_PER_STATEMENT))
      .where('deleted_at', 'is', null)
      .execute()
  }
}

/** Few enough that one transaction of them stays short. */
const BATCH_SIZE = 200

async function inBatches(parts: SqlParts, batch: (open: ChangeParts) => Promise<number>): Promise<number> {
  let total = 0
  for (;;) {
    const done = await transact(parts, batch)
    total += done
    if (done < BATCH_SIZE) return total
  }
}

function transact<T>({ db, ...parts }: SqlParts, work: (open: ChangeParts) => Promise<T>): Promise<T> {
  return db.transaction().execute((tx) => work({ tx, ...parts }))
}

async function requireMemory(open: ChangeParts, id: string, change: Change, includeTrash: boolean): Promise<LoadedMemory> {
  await open.hold?.(open.tx, 'memories', [id])
  const found = await findMemory(open.tx, id, change.scope, Date.parse(change.now), includeTrash)
  if (!found) throw memoryNotFound(id)
  return found
}

/** What a change of links may write to, held at once and in order: two changes then do not wait for each other. */
async function touchedByLinks({ tx }: ChangeParts, id: string, links: readonly Link[]): Promise<string[]> {
  const before = await tx
    .selectFrom('memory_links as l')
    .innerJoin('memories as m', 'm.seq', 'l.memory_seq')
    .select('l.to_id')
    .where('m.id', '=', id)
    .where('l.kind', '=', 'supersedes')
    .execute()
  return [id, ...before.map((link) => link.to_id), ...links.filter(({ kind }) => kind === 'supersedes').map(({ to }) => to)]
}

/** Marks what `id` supersedes now and frees what it no longer does, as far as the scope may edit those. */
async function followSupersedes(
  open: ChangeParts,
  id: string,
  before: readonly Link[],
  after: readonly Link[],
  change: Change,
): Promise<void> {
  const kept = targetsOf(after)
  for (const target of kept) await setSuccessor(open, target, id, undefined, change)
  for (const target of targetsOf(before)) if (!kept.has(target)) await setSuccessor(open, target, undefined, id, change)

  function targetsOf(links: readonly Link[]): Set<string> {
    return new Set(links.filter(({ kind, to }) => kind === 'supersedes' && to !== id).map(({ to }) => to))
  }
}

/** With `onlyIf`, leaves a memory alone that something else has superseded since. */
async function setSuccessor(
  open: ChangeParts,
  id: string,
  successor: string | undefined,
  onlyIf: string | undefined,
  change: Change,
): Promise<void> {
  const now = Date.parse(change.now)
  await open.hold?.(open.tx, 'memories', [id])
  const target = await findMemory(open.tx, id, change.scope, now)
  if (!target || !canEdit(target.memory, change.scope, now) || target.memory.superseded_by === successor) return
  if (onlyIf !== undefined && target.memory.superseded_by !== onlyIf) return
  await writeChanged(open, target, supersedeMemory(target.memory, successor, change.now), { ...change, action: 'updated' })
}
