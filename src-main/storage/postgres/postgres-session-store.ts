import type { PruneLimits, SessionClaim, SessionRecord, SessionStore } from '../session-store.ts'
import { extendSessions, pruneSessions, removeSession, saveSession, takeSession } from '../sql/sql-sessions.ts'
import type { HolderLives } from '../sql/sql-sessions.ts'
import type { PostgresDatabase } from './postgres-database.ts'
import { POSTGRES_CAPABILITIES } from './postgres-memory-store.ts'
import type { TurnKeeper } from './postgres-turns.ts'

/** The turn that a process has while it lives, and serves sessions it took. */
const LIFE = 'session-holder/'

/** Sessions in the same database as the memories, so that a client can resume on any server that uses it. */
export class PostgresSessionStore implements SessionStore {
  readonly capabilities = POSTGRES_CAPABILITIES
  readonly #database: PostgresDatabase
  readonly #turns: TurnKeeper
  #holder: string | undefined
  #hasTaken = false
  #showing: Promise<unknown> | undefined

  constructor(database: PostgresDatabase, turns: TurnKeeper) {
    this.#database = database
    this.#turns = turns
  }

  serveAs(holder: string): void {
    this.#holder = holder
  }

  save(record: SessionRecord, endsAtMs: number): Promise<void> {
    return this.#database.run('saveSession', (db) => saveSession(db, record, endsAtMs), { keys: [record.sessionId] })
  }

  async take(resumeHash: string, claim: SessionClaim): Promise<SessionRecord | undefined> {
    // Others are to see that this process lives before they can see what it took.
    this.#hasTaken = true
    await this.#showLife()
    const holderLives: HolderLives = (row) => this.#turns.isTaken(LIFE, row.ref('holder').$castTo<string>())
    // A transaction has a known outcome: tried again after a lost answer, one statement would find the secret spent.
    return this.#database.run('takeSession', (db) => db.transaction().execute((tx) => takeSession(tx, resumeHash, claim, holderLives)))
  }

  async extend(holder: string, nowMs: number, endsAtMs: number): Promise<void> {
    if (this.#hasTaken) await this.#showLife()
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

  /** It ends with the connection, so at once when the process is killed. One that was lost with its connection is taken again. */
  async #showLife(): Promise<void> {
    if (this.#holder === undefined) return
    this.#showing ??= this.#turns
      .take(`${LIFE}${this.#holder}`)
      // A database that is away fails what comes next too, or is there again by then; a session is not refused for want of this sign.
      .catch(() => undefined)
      .finally(() => (this.#showing = undefined))
    await this.#showing
  }
}
