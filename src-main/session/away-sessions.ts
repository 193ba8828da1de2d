import type { Stopwatch } from '../base/awake-time.ts'
import { LIMITS } from '../contract/protocol.ts'
import type { Session } from './session.ts'

interface Away {
  readonly session: Session
  /** Hash of the secret with which its client would come back. */
  readonly resumeHash: string
  readonly leftAtMs: number
  readonly subscriptions: number
}

/**
 * Sessions whose client has gone and may come back: they go on noting what it would have been told. Bounded by number and by
 * subscriptions; one that had to go is told on its return that something may be missing.
 */
export class AwaySessions {
  readonly #awake: Stopwatch
  readonly #ttlMs: number
  /** In the order they left. */
  readonly #sessions = new Map<string, Away>()
  #subscriptions = 0

  constructor(awake: Stopwatch, ttlMs: number) {
    this.#awake = awake
    this.#ttlMs = ttlMs
  }

  keep(session: Session, resumeHash: string): void {
    const subscriptions = session.subscriptions.count
    this.#sessions.set(session.id, { session, resumeHash, leftAtMs: this.#awake.now(), subscriptions })
    this.#subscriptions += subscriptions
    this.prune()
  }

  /**
   * The session of a client that is back, if it is still here. One whose client comes with another secret than it left with has been on
   * another instance meanwhile: what is known of it here is old, and it ends.
   */
  take(sessionId: string, resumeHash: string | undefined): Session | undefined {
    const away = this.#sessions.get(sessionId)
    this.#forget(sessionId)
    if (away?.resumeHash === resumeHash) return away?.session
    away?.session.end()
    return undefined
  }

  /** Lets those go whose time is over, and the oldest beyond the bounds. */
  prune(): void {
    const oldest = this.#awake.now() - this.#ttlMs
    for (const [sessionId, { session, leftAtMs }] of this.#sessions) {
      const isFull = this.#sessions.size > LIMITS.awaySessions || this.#subscriptions > LIMITS.awaySubscriptions
      if (leftAtMs > oldest && !isFull) return
      this.#forget(sessionId)
      session.end()
    }
  }

  *[Symbol.iterator](): Generator<Session> {
    for (const { session } of this.#sessions.values()) yield session
  }

  close(): void {
    for (const { session } of this.#sessions.values()) session.end()
    this.#sessions.clear()
    this.#subscriptions = 0
  }

  #forget(sessionId: string): void {
    this.#subscriptions -= this.#sessions.get(sessionId)?.subscriptions ?? 0
    this.#sessions.delete(sessionId)
  }
}
