import type { ChainLink } from '../../base/audit-chain.ts'
import type { AuditEntry } from '../../contract/audit.ts'
import type { AuditCounts, AuditPage, AuditQuery, ChainState, NewAuditEntry, PruneOptions } from '../audit-store.ts'
import { appendAudit, auditState, findAuditByHash, pruneAudit, readAuditChain } from '../sql/sql-audit.ts'
import { countAudit, listAudit } from '../sql/sql-audit-list.ts'
import type { MemoryDb } from '../sql/sql-schema.ts'

/** The part of the engine that keeps the audit log. */
export abstract class SqliteAuditEngine {
  protected abstract readonly db: MemoryDb

  appendAudit(entries: readonly NewAuditEntry[]): Promise<ChainLink> {
    return appendAudit(this.db, entries)
  }

  listAudit(query: AuditQuery, page: { readonly limit: number; readonly cursor?: string }): Promise<AuditPage> {
    return listAudit(this.db, query, page)
  }

  countAudit(query: AuditQuery): Promise<AuditCounts> {
    return countAudit(this.db, query)
  }

  auditState(): Promise<ChainState> {
    return auditState(this.db)
  }

  readAuditChain(afterSeq: number, limit: number): Promise<AuditEntry[]> {
    return readAuditChain(this.db, afterSeq, limit)
  }

  findAuditByHash(hash: string): Promise<ChainLink | undefined> {
    return findAuditByHash(this.db, hash)
  }

  pruneAudit(options: PruneOptions): Promise<number> {
    return pruneAudit(this.db, options)
  }
}
