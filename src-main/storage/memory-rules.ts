import { toIso } from '../base/clock.ts'
import { AppError, notFound } from '../base/errors.ts'
import type { Share } from '../contract/memory.ts'
import { canEdit, canManage, canRead } from '../contract/scope.ts'
import type { AccessFacts, Scope } from '../contract/scope.ts'
import type { Change, UpdateOptions, VectorEntry, VectorModel } from './memory-store.ts'
import type { PackedNewMemory, PackedPatch, StoredMemory } from './stored-memory.ts'

/** What a change makes of a memory, and who may ask for it: the same for every dialect, free of any database. */

/** A new memory as it is kept: version 1, no accesses, times as the wires write them. */
export function createMemory(memory: PackedNewMemory): StoredMemory {
  const { expires_at, created_at, ...rest } = memory
  return {
    ...rest,
    tags: [...memory.tags],
    shared_with: memory.shared_with.map(normalShare),
    links: memory.links.map(({ to, kind }) => ({ to, kind })),
    created_at: normalTime(created_at),
    updated_at: normalTime(created_at),
    ...(expires_at !== undefined && { expires_at: normalTime(expires_at) }),
    access_count: 0,
    version: 1,
  }
}

/** Throws when a vector has not the dimensions of its model. */
export function requireDimensions({ dimensions }: VectorModel, entries: readonly VectorEntry[]): void {
  if (entries.some(({ vectors }) => vectors.some(({ length }) => length !== dimensions)))
    throw new Error(`A vector has not the ${dimensions} dimensions of its model.`)
}

/** The memory after `patch`, one version on. */
export function patchMemory(current: StoredMemory, patch: PackedPatch, now: string): StoredMemory {
  const { summary, source_url, expires_at, ...rest } = current
  const nextSummary = patch.summary === undefined ? summary : patch.summary
  const nextUrl = patch.source_url === undefined ? source_url : patch.source_url
  const nextExpiry = patch.expires_at === undefined ? expires_at : patch.expires_at
  return {
    ...rest,
    ...(patch.content !== undefined && { content: patch.content }),
    ...(patch.tags && { tags: [...patch.tags] }),
    ...(patch.importance !== undefined && { importance: patch.importance }),
    ...(patch.access_level && { access_level: patch.access_level }),
    ...(patch.shared_with && { shared_with: patch.shared_with.map(normalShare) }),
    ...(patch.context !== undefined && { context: patch.context }),
    ...(patch.pinned !== undefined && { pinned: patch.pinned }),
    ...(patch.links && { links: patch.links.map(({ to, kind }) => ({ to, kind })) }),
    ...(nextSummary != null && { summary: nextSummary }),
    ...(nextUrl != null && { source_url: nextUrl }),
    ...(nextExpiry != null && { expires_at: normalTime(nextExpiry) }),
    updated_at: normalTime(now),
    version: current.version + 1,
  }
}

/** The memory in the trash. */
export function trashMemory(current: StoredMemory, now: string): StoredMemory {
  return { ...current, deleted_at: normalTime(now), updated_at: normalTime(now), version: current.version + 1 }
}

/** The memory out of the trash. An expiry that has passed goes, or the memory would be gone again at once. */
export function untrashMemory(current: StoredMemory, now: string): StoredMemory {
  const { deleted_at: _, expires_at, ...rest } = current
  const isStillToCome = expires_at !== undefined && Date.parse(expires_at) > Date.parse(now)
  return { ...rest, ...(isStillToCome && { expires_at }), updated_at: normalTime(now), version: current.version + 1 }
}

/** The memory with another, or no, successor. */
export function supersedeMemory(current: StoredMemory, successorId: string | undefined, now: string): StoredMemory {
  const { superseded_by: _, ...rest } = current
  const successor = successorId === undefined ? {} : { superseded_by: successorId }
  return { ...rest, ...successor, updated_at: normalTime(now), version: current.version + 1 }
}

const MANAGED_FIELDS: readonly (keyof PackedPatch)[] = ['access_level', 'shared_with', 'expires_at']

/** Throws `forbidden` unless the scope of `change` may apply `patch` to a memory it sees. */
export function requirePatchAllowed(memory: AccessFacts, patch: PackedPatch, change: Change): void {
  const asked = Object.keys(patch).filter((field) => patch[field as keyof PackedPatch] !== undefined)
  const managed = asked.filter((field) => MANAGED_FIELDS.includes(field as keyof PackedPatch))
  if (managed.length > 0 && !canManage(memory, change.scope)) {
    throw new AppError('forbidden', `Only the agent that owns this memory may change ${managed.join(' and ')}.`)
  }
  if (asked.length > managed.length || asked.length === 0) requireEdit(memory, change)
}

/** Throws `forbidden` unless the scope manages a memory it sees. */
export function requireManage(memory: AccessFacts, scope: Scope, what: string): void {
  if (!canManage(memory, scope)) throw new AppError('forbidden', `Only the agent that owns this memory may ${what} it.`)
}

/** Throws `forbidden` unless the person at the machine asks. */
export function requireOwner(scope: Scope): void {
  if (scope.kind !== 'owner')
    throw new AppError('forbidden', 'Only the person at the machine may erase a memory for good; delete it to the trash instead.')
}

/** Throws `conflict` when the caller has an older version in mind. */
export function requireVersion(memory: StoredMemory, options: UpdateOptions | undefined): void {
  if (options?.expectedVersion === undefined || options.expectedVersion === memory.version) return
  throw new AppError('conflict', `The memory has changed since: it is at version ${memory.version} now. Read it again, then decide.`, {
    details: { version: memory.version },
  })
}

/** The refusal when a change would make two live memories of one owner and namespace the same. */
/** The twin is named only to those who may see it: an agent that may edit one memory need not see its owner's others. */
export function sameContentConflict(twin: StoredMemory, change: Change): AppError {
  const sentence = 'Another memory of the same owner and namespace holds exactly this content'
  if (!canRead(twin, change.scope, Date.parse(change.now))) return new AppError('conflict', `${sentence}.`)
  return new AppError('conflict', `${sentence}: ${twin.id}.`, { details: { memory_id: twin.id } })
}

export function memoryNotFound(id: string): AppError {
  return notFound('memory', id)
}

function requireEdit(memory: AccessFacts, change: Change): void {
  if (!canEdit(memory, change.scope, Date.parse(change.now))) {
    throw new AppError('forbidden', 'You may read this memory but not change it; ask its owner to share it with write permission.')
  }
}

function normalShare({ agent_id, permission, expires_at }: Share): Share {
  return { agent_id, permission, ...(expires_at !== undefined && { expires_at: normalTime(expires_at) }) }
}

/** The same instant as the wires write it. */
function normalTime(time: string): string {
  return toIso(Date.parse(time))
}
