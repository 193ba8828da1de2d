import { GENESIS } from '../../base/audit-chain.ts'
import type { ChainLink } from '../../base/audit-chain.ts'
import type { AuditEntry } from '../../contract/audit.ts'
import { pruneNote, sealEntries } from '../audit-rules.ts'
import type { AuditCounts, AuditPage, AuditQuery, AuditStore, ChainState, NewAuditEntry, PruneOptions } from '../audit-store.ts'
import { decodeCursor, encodeCursor } from '../list-cursor.ts'

const CURSOR = 'audit'
/** It is all in this process's memory: what is older than so many entries goes, as if by age. */
const MAX_ENTRIES = 100_000
const EXCESS = 1_000

/** The audit log of one process. It is gone when that ends. */
export class VolatileAuditStore implements AuditStore {
  /** By `seq`, without a gap. */
  #entries: AuditEntry[] = []
  #anchor: ChainLink = GENESIS

  append(entries: readonly NewAuditEntry[]): Promise<ChainLink> {
    this.#entries.push(...sealEntries(this.#head, entries))
    const [first] = entries
    if (first && this.#entries.length > MAX_ENTRIES + EXCESS)
      this.#cutTo(this.#entries[EXCESS - 1], { note: { ...SYSTEM_NOTE, at: first.at } })
    return Promise.resolve(this.#head)
  }

  list(query: AuditQuery, page: { readonly limit: number; readonly cursor?: string }): Promise<AuditPage> {
    // A cursor that is refused rejects.
    return Promise.resolve().then(() => this.#page(query, page))
  }

  count(query: AuditQuery): Promise<AuditCounts> {
    const counts = { ok: 0, denied: 0, failed: 0 }
    for (const entry of this.#entries) if (matches(entry, query)) counts[entry.outcome] += 1
    return Promise.resolve(counts)
  }

  state(): Promise<ChainState> {
    return Promise.resolve({ anchor: this.#anchor, head: this.#head, lastSeq: this.#entries.at(-1)?.seq ?? 0 })
  }

  readChain(afterSeq: number, limit: number): Promise<AuditEntry[]> {
    const from = Math.max(0, afterSeq - this.#anchor.seq)
    return Promise.resolve(this.#entries.slice(from, from + limit))
  }

  findByHash(hash: string): Promise<ChainLink | undefined> {
    const found = this.#entries.find((entry) => entry.hash === hash)
    return Promise.resolve(found && { seq: found.seq, hash: found.hash })
  }

  prune(options: PruneOptions): Promise<number> {
    const stays = this.#entries.find(({ at }) => at >= options.before && at <= options.now)?.seq ?? Infinity
    const mayGo = ({ at, seq }: AuditEntry): boolean => at < options.before && seq < stays && seq <= this.#anchor.seq + options.limit
    return Promise.resolve(this.#cutTo(this.#entries.findLast(mayGo), options))
  }

  get #head(): ChainLink {
    const last = this.#entries.at(-1)
    return last ? { seq: last.seq, hash: last.hash } : this.#anchor
  }

  #page(query: AuditQuery, { limit, cursor }: { readonly limit: number; readonly cursor?: string }): AuditPage {
    const [before = Infinity] = cursor === undefined ? [] : decodeCursor(cursor, CURSOR, 1)
    const found = this.#entries.filter((entry) => entry.seq < before && matches(entry, query)).slice(-(limit + 1))
    const page = found.slice(-limit).toReversed()
    const last = page.at(-1)
    return { entries: page, ...(last && found.length > limit && { nextCursor: encodeCursor(CURSOR, [last.seq]) }) }
  }

  #cutTo(to: AuditEntry | undefined, options: Pick<PruneOptions, 'note'>): number {
    if (!to) return 0
    const head = this.#head
    const removed = to.seq - this.#anchor.seq
    this.#anchor = { seq: to.seq, hash: to.hash }
    this.#entries = [...this.#entries.slice(removed), ...sealEntries(head, [pruneNote(options, this.#anchor, removed)])]
    return removed
  }
}

const SYSTEM_NOTE = { action: 'audit.prune', agentId: 'system', namespace: 'default', outcome: 'ok' } as const

function matches(entry: AuditEntry, query: AuditQuery): boolean {
  const { action, objectId, since, until } = query
  const isExact = (value: string | undefined, wanted: string | undefined): boolean => wanted === undefined || value === wanted
  return (
    isExact(entry.agent_id, query.agentId) &&
    isExact(entry.namespace, query.namespace) &&
    isExact(entry.outcome, query.outcome) &&
    isExact(entry.session_id, query.sessionId) &&
    isExact(entry.request_id, query.requestId) &&
    isExact(entry.address, query.address) &&
    (action === undefined || entry.action === action || entry.action.startsWith(`${action}.`)) &&
    (objectId === undefined || (entry.object?.ids.includes(objectId) ?? false)) &&
    // ISO times of one form sort as texts; what callers give may be of another.
    (since === undefined || Date.parse(entry.at) >= Date.parse(since)) &&
    (until === undefined || Date.parse(entry.at) < Date.parse(until))
  )
}
