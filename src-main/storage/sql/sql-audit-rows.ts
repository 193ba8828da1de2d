import { toIso } from '../../base/clock.ts'
import type { AuditEntry } from '../../contract/audit.ts'
import type { AuditTable } from './sql-schema.ts'

/** One entry as a row. The row must give the very same entry back: the hash is over that. */
export function toAuditRow(entry: AuditEntry): AuditTable {
  const [first, ...more] = entry.object?.ids ?? []
  return {
    seq: entry.seq,
    at: Date.parse(entry.at),
    action: entry.action,
    agent_id: entry.agent_id,
    namespace: entry.namespace,
    outcome: entry.outcome,
    session_id: entry.session_id ?? null,
    request_id: entry.request_id ?? null,
    address: entry.address ?? null,
    object_kind: entry.object?.kind ?? null,
    object_id: first ?? null,
    more_ids: more.length > 0 ? JSON.stringify(more) : null,
    code: entry.code ?? null,
    facts: entry.facts ? JSON.stringify(entry.facts) : null,
    prev_hash: entry.prev_hash,
    hash: entry.hash,
  }
}

export function toAuditEntry(row: AuditTable): AuditEntry {
  return {
    seq: row.seq,
    at: toInstant(row.at),
    action: row.action,
    agent_id: row.agent_id,
    namespace: row.namespace,
    outcome: row.outcome,
    ...(row.session_id !== null && { session_id: row.session_id }),
    ...(row.request_id !== null && { request_id: row.request_id }),
    ...(row.address !== null && { address: row.address }),
    ...(row.object_kind !== null && { object: { kind: row.object_kind, ids: idsOf(row) } }),
    ...(row.code !== null && { code: row.code }),
    ...(row.facts !== null && { facts: readJson(row.facts, { unreadable: row.facts }) }),
    prev_hash: row.prev_hash,
    hash: row.hash,
  }
}

function idsOf({ object_id: first, more_ids: more }: AuditTable): string[] {
  return [...(first === null ? [] : [first]), ...(more === null ? [] : readJson(more, [more]))]
}

/** Whoever tampered with a row may have left what is no JSON; a check must be able to say so rather than fail. */
function readJson<T>(text: string, fallback: T): T {
  try {
    return JSON.parse(text) as T // written by toAuditRow
  } catch {
    return fallback
  }
}

/** As above: also for a number that is no time. */
function toInstant(ms: number): string {
  return Number.isFinite(new Date(ms).getTime()) ? toIso(ms) : String(ms)
}
