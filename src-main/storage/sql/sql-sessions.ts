import type { ExpressionBuilder, Expression, SqlBool } from 'kysely'
import type { PruneLimits, SessionClaim, SessionRecord } from '../session-store.ts'
import type { MemoryDatabase, MemoryDb, SessionTable } from './sql-schema.ts'

export async function saveSession(db: MemoryDb, record: SessionRecord, endsAtMs: number): Promise<void> {
  const { session_id: id, ...rest } = toRow(record, endsAtMs)
  await db
    .insertInto('sessions')
    .values({ session_id: id, ...rest })
    .onConflict((conflict) => conflict.column('session_id').doUpdateSet(rest).where('sessions.resume_hash', '=', record.resumeHash))
    .execute()
}

/** Whether the process that holds the session of a row lives, for a store that several processes use at once. */
export type HolderLives = (row: ExpressionBuilder<MemoryDatabase, 'sessions'>) => Expression<SqlBool>

/**
 * One statement decides: of two that try at once, the second finds the secret spent. Without `holderLives` every other process counts as
 * dead.
 */
export async function takeSession(
  db: MemoryDb,
  resumeHash: string,
  claim: SessionClaim,
  holderLives?: HolderLives,
): Promise<SessionRecord | undefined> {
  const row = await db
    .updateTable('sessions')
    .set({ resume_hash: claim.nextHash, spent_hash: resumeHash, holder: claim.holder, ends_at: claim.endsAtMs })
    .where((eb) =>
      eb.or([
        eb('resume_hash', '=', resumeHash),
        eb.and([
          eb('spent_hash', '=', resumeHash),
          eb.or([eb('holder', 'is', null), eb.and([eb('holder', '!=', claim.holder), ...(holderLives ? [eb.not(holderLives(eb))] : [])])]),
        ]),
      ]),
    )
    .where('connected_agent_id', '=', claim.connectedAs.agentId)
    .where('connected_namespace', '=', claim.connectedAs.namespace)
    .where('ends_at', '>', claim.nowMs)
    .returningAll()
    .executeTakeFirst()
  return row && toRecord(row)
}

export async function extendSessions(db: MemoryDb, holder: string, nowMs: number, endsAtMs: number): Promise<void> {
  await db.updateTable('sessions').set({ saved_at: nowMs, ends_at: endsAtMs }).where('holder', '=', holder).execute()
}

export async function removeSession(db: MemoryDb, sessionId: string): Promise<void> {
  await db.deleteFrom('sessions').where('session_id', '=', sessionId).execute()
}

export async function pruneSessions(db: MemoryDb, { nowMs, latestEndMs, keep }: PruneLimits): Promise<number> {
  await db.updateTable('sessions').set({ ends_at: latestEndMs }).where('ends_at', '>', latestEndMs).execute()
  const ended = await db.deleteFrom('sessions').where('ends_at', '<=', nowMs).executeTakeFirst()
  const { count } = await db
    .selectFrom('sessions')
    .select((query) => query.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  if (count <= keep) return Number(ended.numDeletedRows)
  const excess = await db
    .deleteFrom('sessions')
    .where('session_id', 'in', (query) =>
      query
        .selectFrom('sessions')
        .select('session_id')
        .orderBy('ends_at')
        .limit(count - keep),
    )
    .executeTakeFirst()
  return Number(ended.numDeletedRows) + Number(excess.numDeletedRows)
}

function toRow(record: SessionRecord, endsAtMs: number): SessionTable {
  return {
    session_id: record.sessionId,
    resume_hash: record.resumeHash,
    spent_hash: record.spentHash ?? null,
    holder: record.holder ?? null,
    connected_agent_id: record.connectedAs.agentId,
    connected_namespace: record.connectedAs.namespace,
    agent_id: record.agentId,
    namespace: record.namespace,
    capabilities: JSON.stringify(record.capabilities),
    subscriptions: JSON.stringify(record.subscriptions),
    started_at: record.startedAtMs,
    saved_at: record.savedAtMs,
    ends_at: endsAtMs,
  }
}

function toRecord(row: SessionTable): SessionRecord {
  return {
    sessionId: row.session_id,
    resumeHash: row.resume_hash,
    ...(row.spent_hash !== null && { spentHash: row.spent_hash }),
    ...(row.holder !== null && { holder: row.holder }),
    connectedAs: { agentId: row.connected_agent_id, namespace: row.connected_namespace },
    agentId: row.agent_id,
    namespace: row.namespace,
    capabilities: JSON.parse(row.capabilities) as SessionRecord['capabilities'], // written by toRow
    startedAtMs: row.started_at,
    savedAtMs: row.saved_at,
    subscriptions: JSON.parse(row.subscriptions) as string[], // as above
  }
}
