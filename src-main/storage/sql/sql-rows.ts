import { createHash } from 'node:crypto'
import type { Selectable } from 'kysely'
import { toIso } from '../../base/clock.ts'
import type { Link, Share } from '../../contract/memory.ts'
import type { StoredMemory } from '../stored-memory.ts'
import type { MemoryDb, MemoryTable } from './sql-schema.ts'

export type MemoryRow = Selectable<MemoryTable>

/** A memory with the number its other rows hang on. */
export interface LoadedMemory {
  readonly seq: number
  readonly contentVersion: number
  readonly memory: StoredMemory
}

/** More variables in one statement than this, and some driver refuses it. */
export const MAX_VALUES_PER_STATEMENT = 500

/** Rows with their tags, grants and links, in the order of the rows. */
export async function completeRows(db: MemoryDb, rows: readonly MemoryRow[]): Promise<LoadedMemory[]> {
  if (rows.length === 0) return []
  const seqs = rows.map((row) => row.seq)
  const tags = groupBySeq(
    await db
      .selectFrom('memory_tags')
      .select(['memory_seq', 'tag'])
      .where('memory_seq', 'in', seqs)
      .orderBy('memory_seq')
      .orderBy('position')
      .execute(),
  )
  const shares = groupBySeq(
    await db.selectFrom('memory_shares').selectAll().where('memory_seq', 'in', seqs).orderBy('memory_seq').orderBy('position').execute(),
  )
  const links = groupBySeq(
    await db.selectFrom('memory_links').selectAll().where('memory_seq', 'in', seqs).orderBy('memory_seq').orderBy('position').execute(),
  )
  return rows.map((row) => ({
    seq: row.seq,
    contentVersion: row.content_version,
    memory: toMemory(
      row,
      (tags.get(row.seq) ?? []).map(({ tag }) => tag),
      (shares.get(row.seq) ?? []).map(({ agent_id, permission, expires_at }) => ({
        agent_id,
        permission,
        ...(expires_at !== null && { expires_at: toIso(expires_at) }),
      })),
      (links.get(row.seq) ?? []).map(({ to_id, kind }) => ({ to: to_id, kind })),
    ),
  }))
}

/** The columns that hold a memory, apart from `seq` and `content_version`. */
export function toColumns(memory: StoredMemory) {
  return {
    id: memory.id,
    agent_id: memory.agent_id,
    namespace: memory.namespace,
    access_level: memory.access_level,
    importance: memory.importance,
    pinned: memory.pinned ? 1 : 0,
    created_at: Date.parse(memory.created_at),
    updated_at: Date.parse(memory.updated_at),
    accessed_at: toMs(memory.accessed_at),
    access_count: memory.access_count,
    expires_at: toMs(memory.expires_at),
    deleted_at: toMs(memory.deleted_at),
    version: memory.version,
    content_hash: hashContent(memory.content),
    superseded_by: memory.superseded_by ?? null,
    source_url: memory.source_url ?? null,
    summary: memory.summary ?? null,
    context: memory.context,
    content: memory.content,
  }
}

/** What tells two contents apart: SHA-256 of the UTF-8 text. */
export function hashContent(content: string): string {
  return createHash('sha256').update(content, 'utf8').digest('base64url')
}

function toMemory(row: MemoryRow, tags: string[], shares: Share[], links: Link[]): StoredMemory {
  return {
    id: row.id,
    content: row.content,
    ...(row.summary !== null && { summary: row.summary }),
    tags,
    importance: row.importance,
    access_level: row.access_level,
    shared_with: shares,
    agent_id: row.agent_id,
    namespace: row.namespace,
    context: row.context,
    ...(row.source_url !== null && { source_url: row.source_url }),
    pinned: row.pinned === 1,
    created_at: toIso(row.created_at),
    updated_at: toIso(row.updated_at),
    ...(row.accessed_at !== null && { accessed_at: toIso(row.accessed_at) }),
    access_count: row.access_count,
    ...(row.expires_at !== null && { expires_at: toIso(row.expires_at) }),
    ...(row.deleted_at !== null && { deleted_at: toIso(row.deleted_at) }),
    version: row.version,
    ...(row.superseded_by !== null && { superseded_by: row.superseded_by }),
    links,
  }
}

function toMs(time: string | undefined): number | null {
  return time === undefined ? null : Date.parse(time)
}

function groupBySeq<T extends { readonly memory_seq: number }>(rows: readonly T[]): Map<number, T[]> {
  return Map.groupBy(rows, (row) => row.memory_seq)
}
