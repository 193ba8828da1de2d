import type { ChainLink } from '../../base/audit-chain.ts'
import { pruneNote, sealEntries } from '../audit-rules.ts'
import type { ChainState, NewAuditEntry, PruneOptions } from '../audit-store.ts'
import type { AuditEntry } from '../../contract/audit.ts'
import { toAuditEntry, toAuditRow } from './sql-audit-rows.ts'
import type { AuditStateTable, MemoryDb, MemoryTransaction } from './sql-schema.ts'

/** Waits until nobody else appends, and keeps others waiting until the transaction ends. Absent where writing transactions never overlap. */
export type HoldChain = (tx: MemoryTransaction) => Promise<unknown>

/** Rows of one statement. Few sizes, so that few statements are prepared. */
const CHUNKS = [64, 8, 1]

export function appendAudit(db: MemoryDb, entries: readonly NewAuditEntry[], hold?: HoldChain): Promise<ChainLink> {
  return db.transaction().execute(async (tx) => {
    await hold?.(tx)
    return append(tx, (await readState(tx)).head, entries)
  })
}

async function append(tx: MemoryTransaction, head: ChainLink, entries: readonly NewAuditEntry[]): Promise<ChainLink> {
  const sealed = sealEntries(head, entries)
  const last = sealed.at(-1)
  if (!last) return head
  for (let from = 0; from < sealed.length;) {
    const size = CHUNKS.find((chunk) => chunk <= sealed.length - from) ?? 1
    const rows = sealed.slice(from, from + size).map(toAuditRow)
    await tx.insertInto('audit_entries').values(rows).execute()
    from += size
  }
  await setState(tx, { head_seq: last.seq, head_hash: last.hash })
  return { seq: last.seq, hash: last.hash }
}

/** The anchor moves first: the database lets nothing go that is not before it. */
export function pruneAudit(db: MemoryDb, options: PruneOptions, hold?: HoldChain): Promise<number> {
  return db.transaction().execute(async (tx) => {
    await hold?.(tx)
    const { anchor, head } = await readState(tx)
    const to = await pruneTo(tx, anchor, options)
    if (!to) return 0
    await setState(tx, { anchor_seq: to.seq, anchor_hash: to.hash })
    const result = await tx.deleteFrom('audit_entries').where('seq', '<=', to.seq).executeTakeFirst()
    const removed = Number(result.numDeletedRows)
    await append(tx, head, [pruneNote(options, to, removed)])
    return removed
  })
}

/** The last entry that may go: one that is too old, with nothing before it that must stay. */
async function pruneTo(tx: MemoryTransaction, anchor: ChainLink, options: PruneOptions): Promise<ChainLink | undefined> {
  const before = Date.parse(options.before)
  const stays = await tx
    .selectFrom('audit_entries')
    .select((query) => query.fn.min<number | null>('seq').as('seq'))
    .where('at', '>=', before)
    .where('at', '<=', Date.parse(options.now))
    .executeTakeFirst()
  return tx
    .selectFrom('audit_entries')
    .select(['seq', 'hash'])
    .where('at', '<', before)
    .where('seq', '<', stays?.seq ?? Number.MAX_SAFE_INTEGER)
    .where('seq', '<=', anchor.seq + options.limit)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst()
}

export async function auditState(db: MemoryDb): Promise<ChainState> {
  const row = await db
    .selectFrom('audit_state')
    .selectAll()
    // In the same statement, so that nobody appends between the two.
    .select((query) =>
      query
        .selectFrom('audit_entries')
        .select((inner) => inner.fn.max<number | null>('seq').as('last'))
        .as('last_seq'),
    )
    .executeTakeFirstOrThrow()
  return { ...linksOf(row), lastSeq: row.last_seq ?? 0 }
}

export async function readAuditChain(db: MemoryDb, afterSeq: number, limit: number): Promise<AuditEntry[]> {
  const rows = await db.selectFrom('audit_entries').selectAll().where('seq', '>', afterSeq).orderBy('seq').limit(limit).execute()
  return rows.map(toAuditEntry)
}

export function findAuditByHash(db: MemoryDb, hash: string): Promise<ChainLink | undefined> {
  return db.selectFrom('audit_entries').select(['seq', 'hash']).where('hash', '=', hash).orderBy('seq').limit(1).executeTakeFirst()
}

async function readState(tx: MemoryTransaction): Promise<Omit<ChainState, 'lastSeq'>> {
  return linksOf(await tx.selectFrom('audit_state').selectAll().executeTakeFirstOrThrow())
}

async function setState(tx: MemoryTransaction, change: Partial<AuditStateTable>): Promise<void> {
  await tx.updateTable('audit_state').set(change).execute()
}

function linksOf(row: AuditStateTable): Omit<ChainState, 'lastSeq'> {
  return { anchor: { seq: row.anchor_seq, hash: row.anchor_hash }, head: { seq: row.head_seq, hash: row.head_hash } }
}
