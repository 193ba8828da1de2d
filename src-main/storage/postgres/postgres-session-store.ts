import type { PruneLimits, SessionClaim, SessionRecord, SessionStore } from '../session-store.ts'
import { extendSessions, pruneSessions, removeSession, saveSession, takeSession } from '../sql/sql-sessions.ts'
import type { PostgresDatabase } from './postgres-database.ts'
import { POSTGRES_CAPABILITIES } from './postgres-memory-store.ts'

/** Sessions in the same database as the memories, so that a client can resume on any server that uses it. */
export class PostgresSessionStore implements SessionStore {
  readonly capabilities = POSTGRES_CAPABILITIES
  readonly #database: PostgresDatabase

  constructor(database: PostgresDatabase) {
    this.#database = database
  }

  save(record: SessionRecord, endsAtMs: number): Promise<void> {
    return this.#database.run('saveSession', (db) => saveSession(db, record, endsAtMs), { keys: [record.sessionId] })
  }

  take(resumeHash: string, claim: SessionClaim): Promise<SessionRecord | undefined> {
    // A transaction has a known outcome: tried again after a lost answer, one statement would find the secret spent.
    return this.#database.run('takeSession', (db) => db.transaction().execute((tx) => takeSession(tx, resumeHash, claim)))
  }

  extend(holder: string, nowMs: number, endsAtMs: number): Promise<void> {
    return this.#database.run('extendSessions', (db) => extendSessions(db, holder, nowMs, endsAtMs))
  }

  remove(sessionId: string): Promise<void> {
    return this.#database.run('removeSession', (db) => removeSession(db, sessionId), { keys: [sessionId] })
  }

  prune(limits: PruneLimits): Promise<number> {
    return this.#database.run('pruneSessions', (db) => db.transaction().execute((tx) => pruneSessions(tx, limits)))
  }

  /** The database belongs to the memory store, which closes it. */
  close(): Promise<void> {
    return Promise.resolve()
  }
}
