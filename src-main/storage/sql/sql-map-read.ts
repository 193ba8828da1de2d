import { sql } from 'kysely'
import type { Scope } from '../../contract/scope.ts'
import type { MapDigest, MapLink, MapPoint, MemoryCard, SeqPage } from '../map-store.ts'
import { isVisibleSql } from './sql-access.ts'
import { findLayout } from './sql-map-layout.ts'
import { MAX_VALUES_PER_STATEMENT } from './sql-rows.ts'
import type { MemoryDb } from './sql-schema.ts'

/** A layout id that no layout has. */
const NO_LAYOUT = 0

export async function digest(db: MemoryDb, scope: Scope, now: string): Promise<MapDigest> {
  const layout = await findLayout(db)
  const row = await db
    .selectFrom('memories as m')
    .leftJoin('map_places as p', (join) => join.onRef('p.memory_seq', '=', 'm.seq').on('p.layout_id', '=', layout?.id ?? NO_LAYOUT))
    .select((eb) => [
      eb.fn.countAll<number>().as('total'),
      eb.fn.count<number>('p.memory_seq').as('placed'),
      // Versions and numbers only grow, so that no two changes can take each other back.
      sql<string>`cast(sum(m.version) as text)`.as('versions'),
      sql<string>`cast(sum(m.seq) as text)`.as('seqs'),
      sql<string>`cast(sum(p.memory_seq * 7 + p.content_version) as text)`.as('places'),
      eb.fn.count<number>(sql`case when p.content_version <> m.content_version then 1 end`).as('stale'),
      eb.fn.max('m.updated_at').as('newest'),
    ])
    .where((eb) => isVisibleSql(eb, scope, Date.parse(now)))
    .executeTakeFirstOrThrow()
  const { total, placed, stale, versions, seqs, places, newest } = row
  const mark = [layout?.id ?? NO_LAYOUT, total, placed, versions, seqs, places, newest].join('-')
  return { total, placed, stale, ...(layout && { layoutId: layout.id }), mark }
}

export async function points(
  db: MemoryDb,
  scope: Scope,
  { after, limit, now }: SeqPage & { readonly now: string },
): Promise<{ points: MapPoint[]; next?: number }> {
  const layout = await findLayout(db)
  if (!layout) return { points: [] }
  const rows = await db
    .selectFrom('memories as m')
    .innerJoin('map_places as p', (join) => join.onRef('p.memory_seq', '=', 'm.seq').on('p.layout_id', '=', layout.id))
    .select(['m.seq', 'm.id', 'p.x', 'p.y', 'm.agent_id', 'm.namespace', 'm.access_level', 'm.importance', 'm.created_at'])
    .where('m.seq', '>', after)
    .where((eb) => isVisibleSql(eb, scope, Date.parse(now)))
    .orderBy('m.seq')
    .limit(limit)
    .execute()
  const [first, last] = [rows[0], rows.at(-1)]
  if (!first || !last) return { points: [] }
  const tags = await tagsBetween(db, first.seq, last.seq, new Set(rows.map(({ seq }) => seq)))
  const shown = rows.map((row) => ({
    id: row.id,
    x: row.x,
    y: row.y,
    agentId: row.agent_id,
    namespace: row.namespace,
    accessLevel: row.access_level,
    importance: row.importance,
    createdAt: row.created_at,
    tags: tags.get(row.seq) ?? [],
  }))
  return { points: shown, ...(rows.length === limit && { next: last.seq }) }
}

export async function cards(
  db: MemoryDb,
  ids: readonly string[],
  scope: Scope,
  { characters, now }: { readonly characters: number; readonly now: string },
): Promise<MemoryCard[]> {
  const found = new Map<string, MemoryCard>()
  for (let i = 0; i < ids.length; i += MAX_VALUES_PER_STATEMENT) {
    const rows = await db
      .selectFrom('memories as m')
      .select(['m.id', 'm.agent_id', 'm.namespace', 'm.access_level', 'm.created_at'])
      .select(sql<string>`substr(m.content, 1, ${sql.lit(characters)})`.as('text'))
      .where('m.id', 'in', ids.slice(i, i + MAX_VALUES_PER_STATEMENT))
      .where((eb) => isVisibleSql(eb, scope, Date.parse(now)))
      .execute()
    for (const row of rows) {
      found.set(row.id, {
        id: row.id,
        text: row.text,
        agentId: row.agent_id,
        namespace: row.namespace,
        accessLevel: row.access_level,
        createdAt: row.created_at,
      })
    }
  }
  return ids.flatMap((id) => found.get(id) ?? [])
}

export async function linksAround(
  db: MemoryDb,
  ids: readonly string[],
  scope: Scope,
  { limit, now }: { readonly limit: number; readonly now: string },
): Promise<MapLink[]> {
  const some = ids.slice(0, MAX_VALUES_PER_STATEMENT / 2)
  if (some.length === 0) return []
  const at = Date.parse(now)
  return db
    .selectFrom('memories as m')
    .innerJoin('memory_links as l', 'l.memory_seq', 'm.seq')
    .select(['m.id as from', 'l.to_id as to', 'l.kind as kind'])
    .where((eb) => eb.or([eb('m.id', 'in', some), eb('l.to_id', 'in', some)]))
    .where((eb) => isVisibleSql(eb, scope, at))
    .where('l.to_id', 'in', (eb) =>
      eb
        .selectFrom('memories as m')
        .select('m.id')
        .whereRef('m.id', '=', 'l.to_id')
        .where((target) => isVisibleSql(target, scope, at)),
    )
    .orderBy('m.seq')
    .orderBy('l.position')
    .limit(limit)
    .execute()
}

/** Tags of the rows that were found visible; between them lie others. */
async function tagsBetween(db: MemoryDb, first: number, last: number, seqs: ReadonlySet<number>): Promise<Map<number, string[]>> {
  const rows = await db
    .selectFrom('memory_tags')
    .select(['memory_seq', 'tag'])
    .where('memory_seq', '>=', first)
    .where('memory_seq', '<=', last)
    .orderBy('memory_seq')
    .orderBy('position')
    .execute()
  const tags = new Map<number, string[]>()
  for (const { memory_seq, tag } of rows) {
    if (!seqs.has(memory_seq)) continue
    const own = tags.get(memory_seq)
    if (own) own.push(tag)
    else tags.set(memory_seq, [tag])
  }
  return tags
}
