import { sql } from 'kysely'
import type { Expression, ExpressionBuilder, SqlBool } from 'kysely'
import type { AuditCounts, AuditPage, AuditQuery } from '../audit-store.ts'
import { decodeCursor, encodeCursor } from '../list-cursor.ts'
import { toAuditEntry } from './sql-audit-rows.ts'
import type { MemoryDatabase, MemoryDb } from './sql-schema.ts'

type Build = ExpressionBuilder<MemoryDatabase, 'audit_entries'>

export const AUDIT_CURSOR = 'audit'

export async function listAudit(
  db: MemoryDb,
  query: AuditQuery,
  { limit, cursor }: { readonly limit: number; readonly cursor?: string },
): Promise<AuditPage> {
  const [before] = cursor === undefined ? [] : decodeCursor(cursor, AUDIT_CURSOR, 1)
  let select = db
    .selectFrom('audit_entries')
    .selectAll()
    .where((build) => build.and(conditions(build, query)))
  if (before !== undefined) select = select.where('seq', '<', before)
  const rows = await select
    .orderBy('seq', 'desc')
    .limit(limit + 1)
    .execute()
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return { entries: page.map(toAuditEntry), ...(last && rows.length > limit && { nextCursor: encodeCursor(AUDIT_CURSOR, [last.seq]) }) }
}

export async function countAudit(db: MemoryDb, query: AuditQuery): Promise<AuditCounts> {
  const rows = await db
    .selectFrom('audit_entries')
    .select(['outcome', (build) => build.fn.countAll<number>().as('count')])
    .where((build) => build.and(conditions(build, query)))
    .groupBy('outcome')
    .execute()
  return { ok: 0, denied: 0, failed: 0, ...Object.fromEntries(rows.map(({ outcome, count }) => [outcome, count])) }
}

function conditions(build: Build, query: AuditQuery): Expression<SqlBool>[] {
  const all: Expression<SqlBool>[] = []
  const exact = { agent_id: query.agentId, namespace: query.namespace, outcome: query.outcome, session_id: query.sessionId }
  const more = { request_id: query.requestId, address: query.address }
  for (const [column, value] of Object.entries({ ...exact, ...more }))
    if (value !== undefined) all.push(build(column as keyof typeof exact, '=', value)) // keys of the two objects above
  const { action, objectId, since, until } = query
  if (action !== undefined) all.push(build.or([build('action', '=', action), build.and(startsWith(build, `${action}.`))]))
  if (objectId !== undefined) all.push(build.or([build('object_id', '=', objectId), build.and(isAmongMore(build, objectId))]))
  if (since !== undefined) all.push(build('at', '>=', Date.parse(since)))
  if (until !== undefined) all.push(build('at', '<', Date.parse(until)))
  return all
}

/** As a range, so that an index helps and no character has a meaning. The dot is followed by the slash. */
function startsWith(build: Build, prefix: string): Expression<SqlBool>[] {
  return [build('action', '>=', prefix), build('action', '<', `${prefix.slice(0, -1)}/`)]
}

/** Whether the text of a JSON list holds a text: in a way that both dialects know, and that heeds case. */
function isAmongMore(build: Build, id: string): Expression<SqlBool>[] {
  const quoted = JSON.stringify(id)
  return [build('more_ids', 'is not', null), sql<SqlBool>`replace(more_ids, ${quoted}, '') <> more_ids`]
}
