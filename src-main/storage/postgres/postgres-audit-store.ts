import { sql } from 'kysely'
import type { ChainLink } from '../../base/audit-chain.ts'
import type { AuditEntry } from '../../contract/audit.ts'
import type { AuditCounts, AuditPage, AuditQuery, AuditStore, ChainState, NewAuditEntry, PruneOptions } from '../audit-store.ts'
import { appendAudit, auditState, findAuditByHash, pruneAudit, readAuditChain } from '../sql/sql-audit.ts'
import type { HoldChain } from '../sql/sql-audit.ts'
import { countAudit, listAudit } from '../sql/sql-audit-list.ts'
import type { PostgresDatabase } from './postgres-database.ts'

/** Whoever has the row is the one that appends, of all instances; what it reads after that is what the one before has written. */
const holdChain: HoldChain = (tx) => sql`SELECT id FROM audit_state FOR UPDATE`.execute(tx)

/** The audit log in the same database as the memories. */
export class PostgresAuditStore implements AuditStore {
  readonly #database: PostgresDatabase

  constructor(database: PostgresDatabase) {
    this.#database = database
  }

  append(entries: readonly NewAuditEntry[]): Promise<ChainLink> {
    return this.#database.run('appendAudit', (db) => appendAudit(db, entries, holdChain), { keys: [CHAIN] })
  }

  list(query: AuditQuery, page: { readonly limit: number; readonly cursor?: string }): Promise<AuditPage> {
    return this.#database.run('listAudit', (db) => listAudit(db, query, page))
  }

  count(query: AuditQuery): Promise<AuditCounts> {
    return this.#database.run('countAudit', (db) => countAudit(db, query))
  }

  state(): Promise<ChainState> {
    return this.#database.run('auditState', auditState)
  }

  readChain(afterSeq: number, limit: number): Promise<AuditEntry[]> {
    return this.#database.run('readAuditChain', (db) => readAuditChain(db, afterSeq, limit))
  }

  findByHash(hash: string): Promise<ChainLink | undefined> {
    return this.#database.run('findAuditByHash', (db) => findAuditByHash(db, hash))
  }

  prune(options: PruneOptions): Promise<number> {
    return this.#database.run('pruneAudit', (db) => pruneAudit(db, options, holdChain), { keys: [CHAIN] })
  }
}

/** Calls of this process go one after another, so that they do not wait for each other on connections of the pool. */
const CHAIN = 'audit chain'
