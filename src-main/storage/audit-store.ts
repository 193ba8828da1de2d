import type { AuditDeed } from '../base/audit-trail.ts'
import type { ChainLink } from '../base/audit-chain.ts'
import type { AuditEntry, AuditOutcome } from '../contract/audit.ts'

export interface NewAuditEntry extends AuditDeed {
  /** ISO 8601 UTC with milliseconds. May be earlier than that of the entry before: clocks are set back. */
  readonly at: string
}

/** All that are given must hold. */
export interface AuditQuery {
  readonly agentId?: string
  readonly namespace?: string
  /** Whole, or the part before a dot. */
  readonly action?: string
  readonly outcome?: AuditOutcome
  readonly objectId?: string
  readonly sessionId?: string
  readonly requestId?: string
  readonly address?: string
  /** ISO 8601; at or after. */
  readonly since?: string
  /** ISO 8601; before. */
  readonly until?: string
}

export interface AuditPage {
  /** Newest first. */
  readonly entries: AuditEntry[]
  readonly nextCursor?: string
}

export type AuditCounts = Readonly<Record<AuditOutcome, number>>

/** Where the chain begins and ends. */
export interface ChainState {
  /** The last entry that retention removed; the first that is there follows it. */
  readonly anchor: ChainLink
  /** The last entry that was appended. */
  readonly head: ChainLink
  /** The largest number of any entry that is there, 0 when there is none. Another than `head.seq` means that somebody was at the table. */
  readonly lastSeq: number
}

export interface PruneOptions {
  /** ISO 8601. Only what is older goes, and only from the beginning of the log. */
  readonly before: string
  /** ISO 8601. Entries of a later time come from a clock that was wrong; they do not keep older ones. */
  readonly now: string
  /** Entries to remove at most. */
  readonly limit: number
  /** Appended in the same transaction when something goes, with `entries`, `up_to` and `anchor` among its facts. */
  readonly note: NewAuditEntry
}

/** PORT. The audit log: a chain of entries that only grows, and is cut at its beginning by retention alone. Throws `unavailable`. */
export interface AuditStore {
  /** Appends all of them or none, in order and with nothing between them, whoever else appends. Durable when it answers. */
  append(entries: readonly NewAuditEntry[]): Promise<ChainLink>
  /** Throws `invalid_request` for a cursor of another list. */
  list(query: AuditQuery, page: { readonly limit: number; readonly cursor?: string }): Promise<AuditPage>
  count(query: AuditQuery): Promise<AuditCounts>
  state(): Promise<ChainState>
  /** Entries as they are in the table, by `seq`, after that one. */
  readChain(afterSeq: number, limit: number): Promise<AuditEntry[]>
  /** The entry with a hash. */
  findByHash(hash: string): Promise<ChainLink | undefined>
  /** Removes what is too old. Returns how many entries went. */
  prune(options: PruneOptions): Promise<number>
}
