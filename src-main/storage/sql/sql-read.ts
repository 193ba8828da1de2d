import { sql } from 'kysely'
import type { Link } from '../../contract/memory.ts'
import type { Scope } from '../../contract/scope.ts'
import type { ListQuery } from '../memory-store.ts'
import { memoryNotFound } from '../memory-rules.ts'
import type { StoredHistoryEntry, StoredMemory } from '../stored-memory.ts'
import { toIso } from '../../base/clock.ts'
import { canManageSql, isVisibleSql } from './sql-access.ts'
import { decodeCursor, encodeCursor } from '../list-cursor.ts'
import { filterSql } from './sql-filter.ts'
import { completeRows, MAX_VALUES_PER_STATEMENT } from './sql-rows.ts'
import type { LoadedMemory, MemoryRow } from './sql-rows.ts'
import type { MemoryDb } from './sql-schema.ts'

/** One memory the scope may see, live or, when asked for and for its manager, in the trash. */
export async function findMemory(
  db: MemoryDb,
  id: string,
  scope: Scope,
  now: number,
  includeTrash = false,
): Promise<LoadedMemory | undefined> {
  const row = await db
    .selectFrom('memories as m')
    .selectAll()
    .where('m.id', '=', id)
    .where((eb) => {
      const visible = isVisibleSql(eb, scope, now)
      return includeTrash ? eb.or([visible, eb.and([eb('m.deleted_at', 'is not', null), canManageSql(eb, scope)])]) : visible
    })
    .executeTakeFirst()
  if (!row) return undefined
  return (await completeRows(db, [row]))[0]
}

export async function getMany(db: MemoryDb, ids: readonly string[], scope: Scope, now: number): Promise<StoredMemory[]> {
  const found = new Map<string, StoredMemory>()
  for (const chunk of chunksOf(ids)) {
    const rows = await db
      .selectFrom('memories as m')
      .selectAll()
      .where('m.id', 'in', chunk)
      .where((eb) => isVisibleSql(eb, scope, now))
      .execute()
    for (const { memory } of await completeRows(db, rows)) found.set(memory.id, memory)
  }
  return ids.flatMap((id) => found.get(id) ?? [])
}

export async function visibleIds(db: MemoryDb, ids: readonly string[], scope: Scope, now: number): Promise<string[]> {
  const found = new Set<string>()
  for (const chunk of chunksOf(ids)) {
    const rows = await db
      .selectFrom('memories as m')
      .select('m.id')
      .where('m.id', 'in', chunk)
      .where((eb) => isVisibleSql(eb, scope, now))
      .execute()
    for (const { id } of rows) found.add(id)
  }
  return ids.filter((id) => found.has(id))
}

type SortColumn = 'm.created_at' | 'm.updated_at' | 'm.importance' | 'm.seq'
const SORTS: Readonly<Record<ListQuery['sort'], { readonly columns: readonly SortColumn[]; readonly direction: 'asc' | 'desc' }>> = {
  newest: { columns: ['m.created_at', 'm.seq'], direction: 'desc' },
  oldest: { columns: ['m.created_at', 'm.seq'], direction: 'asc' },
  updated: { columns: ['m.updated_at', 'm.seq'], direction: 'desc' },
  importance: { columns: ['m.importance', 'm.created_at', 'm.seq'], direction: 'desc' },
}

export async function listMemories(
  db: MemoryDb,
  query: ListQuery,
  scope: Scope,
): Promise<{ memories: StoredMemory[]; total: number; nextCursor?: string }> {
  const now = Date.parse(query.now)
  const { columns, direction } = SORTS[query.sort]
  const kind = query.trash === true ? `trash-${query.sort}` : query.sort
  const after = query.cursor === undefined ? undefined : decodeCursor(query.cursor, kind, columns.length)
  const matching = db.selectFrom('memories as m').where((eb) => {
    const place = query.trash === true ? [eb('m.deleted_at', 'is not', null), canManageSql(eb, scope)] : [isVisibleSql(eb, scope, now)]
    return eb.and([...place, ...filterSql(eb, query)])
  })
  let page = matching.selectAll().limit(query.limit + 1)
  for (const column of columns) page = page.orderBy(column, direction)
  if (after) {
    const tuple = sql`(${sql.join(columns.map((column) => sql.ref(column)))})`
    page = page.where(sql<boolean>`${tuple} ${sql.raw(direction === 'asc' ? '>' : '<')} (${sql.join(after)})`)
  }
  const rows = await page.execute()
  const { total } = await matching.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow()
  const shown = rows.slice(0, query.limit)
  const last = shown.at(-1)
  return {
    memories: (await completeRows(db, shown)).map(({ memory }) => memory),
    total,
    ...(last &&
      rows.length > shown.length && {
        nextCursor: encodeCursor(
          kind,
          columns.map((column) => valueOf(last, column)),
        ),
      }),
  }
}

export async function listHistory(
  db: MemoryDb,
  id: string,
  scope: Scope,
  page: { readonly limit: number; readonly cursor?: string; readonly now: string },
): Promise<{ entries: StoredHistoryEntry[]; nextCursor?: string }> {
  const found = await findMemory(db, id, scope, Date.parse(page.now), true)
  if (!found) throw memoryNotFound(id)
  let query = db
    .selectFrom('memory_history')
    .selectAll()
    .where('memory_seq', '=', found.seq)
    .orderBy('version', 'desc')
    .limit(page.limit + 1)
  if (page.cursor !== undefined) query = query.where('version', '<', decodeCursor(page.cursor, 'history', 1)[0] ?? 0)
  const rows = await query.execute()
  const shown = rows.slice(0, page.limit)
  const last = shown.at(-1)
  return {
    entries: shown.map(({ version, action, changed_at, changed_by, before }) => ({
      version,
      action,
      changed_at: toIso(changed_at),
      changed_by,
      ...(before !== null && { before }),
    })),
    ...(last && rows.length > shown.length && { nextCursor: encodeCursor('history', [last.version]) }),
  }
}

export async function listLinks(
  db: MemoryDb,
  id: string,
  scope: Scope,
  now: number,
): Promise<{ outgoing: Link[]; incoming: { from: string; kind: Link['kind'] }[] }> {
  const found = await findMemory(db, id, scope, now)
  if (!found) throw memoryNotFound(id)
  const incoming = await db
    .selectFrom('memories as m')
    .innerJoin('memory_links as l', 'l.memory_seq', 'm.seq')
    .select(['m.id as from', 'l.kind as kind'])
    .where('l.to_id', '=', id)
    .where((eb) => isVisibleSql(eb, scope, now))
    .orderBy('m.seq')
    .orderBy('l.position')
    .execute()
  const seen = new Set(
    await visibleIds(
      db,
      found.memory.links.map(({ to }) => to),
      scope,
      now,
    ),
  )
  return { outgoing: found.memory.links.filter(({ to }) => seen.has(to)), incoming }
}

export async function listTags(db: MemoryDb, scope: Scope, limit: number, now: number): Promise<{ tag: string; count: number }[]> {
  const rows = await db
    .selectFrom('memories as m')
    .innerJoin('memory_tags as t', 't.memory_seq', 'm.seq')
    .select((eb) => ['t.tag as tag', eb.fn.count<number>('m.seq').distinct().as('count')])
    .where((eb) => isVisibleSql(eb, scope, now))
    .groupBy('t.tag')
    .orderBy('count', 'desc')
    .orderBy('t.tag')
    .limit(limit)
    .execute()
  return rows
}

export async function countMemories(db: MemoryDb, scope: Scope, now: number, agentId?: string): Promise<number> {
  // What a scope may see all of is counted in the index alone; a row is read only where the rule must look at it.
  if (scope.kind === 'owner' || agentId === scope.agentId) return (await countKept(db, agentId)) - (await countKept(db, agentId, now))
  let query = db.selectFrom('memories as m').select((eb) => eb.fn.countAll<number>().as('count'))
  query = query.where((eb) => isVisibleSql(eb, scope, now))
  if (agentId !== undefined) query = query.where('m.agent_id', '=', agentId)
  return (await query.executeTakeFirstOrThrow()).count
}

/** Memories outside the trash; with `expiredAt`, those of them that have expired by then. */
async function countKept(db: MemoryDb, agentId: string | undefined, expiredAt?: number): Promise<number> {
  let query = db
    .selectFrom('memories')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('deleted_at', 'is', null)
  if (agentId !== undefined) query = query.where('agent_id', '=', agentId)
  if (expiredAt !== undefined) query = query.where('expires_at', '<=', expiredAt)
  return (await query.executeTakeFirstOrThrow()).count
}

/** Memories that live on and have expired, oldest expiry first. */
export async function findExpired(db: MemoryDb, now: number, limit: number): Promise<LoadedMemory[]> {
  const rows = await db
    .selectFrom('memories as m')
    .selectAll()
    .where((eb) => eb.and([eb('m.deleted_at', 'is', null), eb('m.expires_at', '<=', now)]))
    .orderBy('m.expires_at')
    .limit(limit)
    .execute()
  return completeRows(db, rows)
}

function valueOf(row: MemoryRow, column: SortColumn): number {
  switch (column) {
    case 'm.created_at':
      return row.created_at
    case 'm.updated_at':
      return row.updated_at
    case 'm.importance':
      return row.importance
    case 'm.seq':
      return row.seq
  }
}

function chunksOf(ids: readonly string[]): string[][] {
  const unique = [...new Set(ids)]
  const chunks: string[][] = []
  for (let i = 0; i < unique.length; i += MAX_VALUES_PER_STATEMENT) chunks.push(unique.slice(i, i + MAX_VALUES_PER_STATEMENT))
  return chunks
}
