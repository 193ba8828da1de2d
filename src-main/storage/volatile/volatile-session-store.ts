import type { SessionRecord, SessionStore } from '../session-store.ts'

/** Records kept at once; beyond that the oldest goes. */
const MAX_RECORDS = 10_000

interface Kept {
  readonly record: SessionRecord
  /** Epoch ms. */
  readonly endsAtMs: number
}

/** Session records of one process. They are gone when it ends. */
export class VolatileSessionStore implements SessionStore {
  /** In the order they were saved, so that the first is the oldest. */
  readonly #bySession = new Map<string, Kept>()
  readonly #sessionByHash = new Map<string, string>()

  save(record: SessionRecord, ttlSeconds: number): Promise<void> {
    this.#drop(record.sessionId)
    if (ttlSeconds > 0) {
      this.#bySession.set(record.sessionId, { record, endsAtMs: Date.now() + ttlSeconds * 1000 })
      this.#sessionByHash.set(record.resumeHash, record.sessionId)
    }
    this.#trim()
    return Promise.resolve()
  }

  takeByResumeHash(resumeHash: string): Promise<SessionRecord | undefined> {
    const sessionId = this.#sessionByHash.get(resumeHash)
    const kept = sessionId === undefined ? undefined : this.#bySession.get(sessionId)
    if (sessionId !== undefined) this.#drop(sessionId)
    return Promise.resolve(kept && kept.endsAtMs > Date.now() ? kept.record : undefined)
  }

  remove(sessionId: string): Promise<void> {
    this.#drop(sessionId)
    return Promise.resolve()
  }

  close(): Promise<void> {
    this.#bySession.clear()
    this.#sessionByHash.clear()
    return Promise.resolve()
  }

  #drop(sessionId: string): void {
    const kept = this.#bySession.get(sessionId)
    if (kept) this.#sessionByHash.delete(kept.record.resumeHash)
    this.#bySession.delete(sessionId)
  }

  #trim(): void {
    const now = Date.now()
    for (const [sessionId, { endsAtMs }] of this.#bySession) {
      if (endsAtMs > now && this.#bySession.size <= MAX_RECORDS) break
      this.#drop(sessionId)
    }
  }
}
