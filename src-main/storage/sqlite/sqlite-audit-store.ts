import type { ChainLink } from '../../base/audit-chain.ts'
import type { AuditEntry } from '../../contract/audit.ts'
import type { AuditCounts, AuditPage, AuditQuery, AuditStore, ChainState, NewAuditEntry, PruneOptions } from '../audit-store.ts'
import type { SqliteCall } from './sqlite-call.ts'

/** The audit log in the same file and on the same thread as the memories. Closing the memory store closes both. */
export class SqliteAuditStore implements AuditStore {
  readonly #call: SqliteCall

  constructor(call: SqliteCall) {
    this.#call = call
  }

  append(entries: readonly NewAuditEntry[]): Promise<ChainLink> {
    return this.#call('appendAudit', entries)
  }

  list(query: AuditQuery, page: { readonly limit: number; readonly cursor?: string }): Promise<AuditPage> {
    return this.#call('listAudit', query, page)
  }

  count(query: AuditQuery): Promise<AuditCounts> {
    return this.#call('countAudit', query)
  }

  state(): Promise<ChainState> {
    return this.#call('auditState')
  }

  readChain(afterSeq: number, limit: number): Promise<AuditEntry[]> {
    return this.#call('readAuditChain', afterSeq, limit)
  }

  findByHash(hash: string): Promise<ChainLink | undefined> {
    return this.#call('findAuditByHash', hash)
  }

  prune(options: PruneOptions): Promise<number> {
    return this.#call('pruneAudit', options)
  }
}
