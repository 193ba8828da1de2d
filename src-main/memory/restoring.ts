import { AppError } from '../base/errors.ts'
import type { HistoryEntry, Memory } from '../contract/memory.ts'
import { canRead } from '../contract/scope.ts'
import type { Scope } from '../contract/scope.ts'
import type { MemoryPatch, MemoryStore } from '../storage/memory-store.ts'

const PAGE = 100

/**
 * The patch that makes `live` what it was at `version`: only fields that differ, so that someone who may edit the text can
 * undo an edit without touching who may see it. Throws `not_found` when the history holds no such version for this scope.
 */
export async function patchBackTo(store: MemoryStore, live: Memory, version: number, scope: Scope, now: string): Promise<MemoryPatch> {
  const then = await findVersion(store, live.id, version, scope, now)
  if (!then) {
    throw new AppError(
      'not_found',
      `Version ${version} of memory ${live.id} is not in its history; get_memory_history lists those that are.`,
      { details: { version } },
    )
  }
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
    expires_at: then.expires_at ?? null,
    links: then.links,
  }
  const current: Record<string, unknown> = {
    ...live,
    summary: live.summary ?? null,
    source_url: live.source_url ?? null,
    expires_at: live.expires_at ?? null,
  }
  const changed = Object.entries(wanted).filter(([field, value]) => JSON.stringify(value) !== JSON.stringify(current[field]))
  return Object.fromEntries(changed) // a subset of `wanted`
}

async function findVersion(store: MemoryStore, id: string, version: number, scope: Scope, now: string): Promise<Memory | undefined> {
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
