import type { StoreCapabilities } from '../capabilities.ts'
import type { PruneLimits, SessionClaim, SessionRecord, SessionStore } from '../session-store.ts'
import type { SqliteCall } from './sqlite-call.ts'

/** Sessions in the same file and on the same thread as the memories. Closing the memory store closes both. */
export class SqliteSessionStore implements SessionStore {
  readonly capabilities: StoreCapabilities
  readonly #call: SqliteCall

  constructor(call: SqliteCall, capabilities: StoreCapabilities) {
    this.#call = call
    this.capabilities = capabilities
  }

  serveAs(): void {
    // One server at a time has the file: whoever else took a session has died.
  }

  save(record: SessionRecord, endsAtMs: number): Promise<void> {
    return this.#call('saveSession', record, endsAtMs)
  }

  take(resumeHash: string, claim: SessionClaim): Promise<SessionRecord | undefined> {
    return this.#call('takeSession', resumeHash, claim)
  }

  extend(holder: string, nowMs: number, endsAtMs: number): Promise<void> {
    return this.#call('extendSessions', holder, nowMs, endsAtMs)
  }

  remove(sessionId: string): Promise<void> {
    return this.#call('removeSession', sessionId)
  }

  prune(limits: PruneLimits): Promise<number> {
    return this.#call('pruneSessions', limits)
  }

  /** The file belongs to the memory store, which closes it. */
  close(): Promise<void> {
    return Promise.resolve()
  }
}
