import type { StoreCapabilities } from './capabilities.ts'

/**
 * PORT. What must outlive one connection, and one process where the dialect is durable, so that a client can resume. Times are
 * epoch milliseconds and come from the caller. Secrets are known by their hashes only. Errors: `unavailable` when the store is down.
 */
export interface SessionStore {
  readonly capabilities: StoreCapabilities
  /**
   * This process is `holder` from now on, and lives until its end or `close`. Where other processes that share the store can take sessions
   * over, they are to see that it does.
   */
  serveAs(holder: string): void
  /**
   * Keeps `record` until `endsAtMs`, in place of what stood under its id. When a record of that id with another secret is there, nothing
   * changes: the session was taken over since. Durable (where the dialect is) when it answers.
   */
  save(record: SessionRecord, endsAtMs: number): Promise<void>
  /**
   * Hands the session of a resume secret over to a new connection, in one step: of many who try, one gets it. The record stays, now
   * with the hash of the next secret. Undefined, with nothing changed, when no living record has that secret, when it is spent, and when
   * the session is another agent's.
   *
   * A spent secret is taken once more only after the process that took it has died (`holder`, see `serveAs`) without a word from the
   * client: then the answer with the next secret may never have arrived.
   */
  take(resumeHash: string, claim: SessionClaim): Promise<SessionRecord | undefined>
  /** All sessions that `holder` serves were there at `nowMs`, and end at `endsAtMs`. Those that it serves no more are left as they are. */
  extend(holder: string, nowMs: number, endsAtMs: number): Promise<void>
  /** The record of a session is gone, and its secret void. An id that is not there is no error. */
  remove(sessionId: string): Promise<void>
  /** Removes what has ended and, beyond `keep` records, those that end first. Returns how many went. */
  prune(limits: PruneLimits): Promise<number>
  close(): Promise<void>
}

export interface SessionRecord {
  readonly sessionId: string
  /** SHA-256 of the resume secret, hex. The secret itself is never stored. */
  readonly resumeHash: string
  /** Hash of the secret that opened the connection, until the client was heard on it: it cannot have the next one before. */
  readonly spentHash?: string
  /** The process that serves the session, as a word of its own for each start; absent while nobody does. */
  readonly holder?: string
  /** Whom the client connected as, and where: only it may resume. */
  readonly connectedAs: { readonly agentId: string; readonly namespace: string }
  /** Whom it acts as, after any switch. */
  readonly agentId: string
  readonly namespace: string
  readonly capabilities: Readonly<Record<string, unknown>>
  readonly startedAtMs: number
  /** When this was last known to be so; what happened later may have been missed. */
  readonly savedAtMs: number
  /** URIs of the resources it wants to hear of. */
  readonly subscriptions: readonly string[]
}

/** Who takes a session over, when, and the secret it gets for the next time. */
export interface SessionClaim {
  readonly connectedAs: SessionRecord['connectedAs']
  readonly nextHash: string
  readonly holder: string
  readonly nowMs: number
  readonly endsAtMs: number
}

export interface PruneLimits {
  readonly nowMs: number
  /** No record ends later than this: one that does was written before the wall clock was set back. */
  readonly latestEndMs: number
  readonly keep: number
}
