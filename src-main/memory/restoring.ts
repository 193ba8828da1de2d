import { AppError, notFound } from '../base/errors.ts'
import type { HistoryEntry, Memory } from '../contract/memory.ts'
import { canRead } from '../contract/scope.ts'
import type { Scope } from '../contract/scope.ts'
import type { MemoryPatch, MemoryStore } from '../storage/memory-store.ts'

const PAGE = 100

/**
 * A memory as it was at `version`, whether it lives or is in the trash. Throws `not_found` when the scope may not see it, or its
 * history holds no such version for this scope.
 */
export async function findVersion(store: MemoryStore, id: string, version: number, scope: Scope, now: string): Promise<Memory> {
  const current = await store.get(id, scope, { now, includeTrash: true })
  if (!current) throw notFound('memory', id)
  const then = current.version === version ? current : await findInHistory(store, id, version, scope, now)
  if (then) return then
  throw new AppError('not_found', `Version ${version} of memory ${id} is not in its history; get_memory_history lists those that are.`, {
    details: { version },
  })
}

/**
 * The patch that makes `live` what it was: only fields that differ, so that someone who may edit the text can undo an edit without
 * touching who may see it. An expiry that has passed stays away, or the memory would be gone again at once.
 */
export function patchBackTo(live: Memory, then: Memory, now: string): MemoryPatch {
  const isStillToCome = then.expires_at !== undefined && then.expires_at > now
  const wanted: MemoryPatch = {
    content: then.content,
    summary: then.summary ?? null,
    tags: then.tags,
    importance: then.importance,
    access_level: then.access_level,
    shared_with: then.shared_with,
    context: then.context,
    source_url: then.source_url ?? null,
    pinned: then.pinned,
    expires_at: isStillToCome ? (then.expires_at ?? null) : null,
    links: then.links,
  }
  const current: Record<string, unknown> = {
    ...live,
    summary: live.summary ?? null,
    source_url: live.source_url ?? null,
    expires_at: live.expires_at ?? null,
  }
  const changed = Object.entries(wanted).filter(([field, value]) => JSON.stringify(value) !== JSON.stringify(current[field]))
  return Object.fromEntries(changed)
}

async function findInHistory(store: MemoryStore, id: string, version: number, scope: Scope, now: string): Promise<Memory | undefined> {
  let cursor: string | undefined
  do {
    const page: { entries: HistoryEntry[]; nextCursor?: string } = await store.history(id, scope, {
      limit: PAGE,
      now,
      ...(cursor !== undefined && { cursor }),
    })
    const before = page.entries.find((entry) => entry.before?.version === version)?.before
    if (before) return canRead(before, scope, Date.parse(now)) ? before : undefined
    cursor = page.nextCursor
  } while (cursor !== undefined)
  return undefined
}
