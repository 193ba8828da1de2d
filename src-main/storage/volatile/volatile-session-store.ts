import type { PruneLimits, SessionClaim, SessionRecord, SessionStore } from '../session-store.ts'

interface Kept {
  readonly record: SessionRecord
  readonly endsAtMs: number
}

/** Session records of one process. They are gone when it ends. */
export class VolatileSessionStore implements SessionStore {
  readonly capabilities = { label: 'volatile', isDurable: false, isShared: false }
  readonly #bySession = new Map<string, Kept>()
  readonly #sessionByHash = new Map<string, string>()

  serveAs(): void {
    // Nobody else has these sessions.
  }

  save(record: SessionRecord, endsAtMs: number): Promise<void> {
    const known = this.#bySession.get(record.sessionId)?.record
    if (!known || known.resumeHash === record.resumeHash) this.#put(record, endsAtMs)
    return Promise.resolve()
  }

  take(resumeHash: string, claim: SessionClaim): Promise<SessionRecord | undefined> {
    const kept = this.#bySession.get(this.#sessionByHash.get(resumeHash) ?? '')
    if (!kept || kept.endsAtMs <= claim.nowMs || !isSame(kept.record.connectedAs, claim.connectedAs)) return Promise.resolve(undefined)
    if (kept.record.resumeHash !== resumeHash && kept.record.holder === claim.holder) return Promise.resolve(undefined)
    const record = { ...kept.record, resumeHash: claim.nextHash, spentHash: resumeHash, holder: claim.holder }
    this.#put(record, claim.endsAtMs)
    return Promise.resolve(record)
  }

  extend(holder: string, nowMs: number, endsAtMs: number): Promise<void> {
    for (const [sessionId, { record }] of this.#bySession)
      if (record.holder === holder) this.#bySession.set(sessionId, { record: { ...record, savedAtMs: nowMs }, endsAtMs })
    return Promise.resolve()
  }

  remove(sessionId: string): Promise<void> {
    this.#drop(sessionId)
    return Promise.resolve()
  }

  prune({ nowMs, latestEndMs, keep }: PruneLimits): Promise<number> {
    const before = this.#bySession.size
    for (const [sessionId, kept] of this.#bySession) {
      if (kept.endsAtMs <= nowMs) this.#drop(sessionId)
      else if (kept.endsAtMs > latestEndMs) this.#bySession.set(sessionId, { ...kept, endsAtMs: latestEndMs })
    }
    const excess = this.#bySession.size - keep
    if (excess > 0) {
      const byEnd = [...this.#bySession].toSorted(([, a], [, b]) => a.endsAtMs - b.endsAtMs)
      for (const [sessionId] of byEnd.slice(0, excess)) this.#drop(sessionId)
    }
    return Promise.resolve(before - this.#bySession.size)
  }

  get ids(): string[] {
    return [...this.#bySession.keys()]
  }

  find(sessionId: string): Kept | undefined {
    return this.#bySession.get(sessionId)
  }

  close(): Promise<void> {
    this.#bySession.clear()
    this.#sessionByHash.clear()
    return Promise.resolve()
  }

  #put(record: SessionRecord, endsAtMs: number): void {
    this.#drop(record.sessionId)
    this.#bySession.set(record.sessionId, { record, endsAtMs })
    for (const hash of hashesOf(record)) this.#sessionByHash.set(hash, record.sessionId)
  }

  #drop(sessionId: string): void {
    const kept = this.#bySession.get(sessionId)
    if (kept) for (const hash of hashesOf(kept.record)) this.#sessionByHash.delete(hash)
    this.#bySession.delete(sessionId)
  }
}

function hashesOf({ resumeHash, spentHash }: SessionRecord): string[] {
  return spentHash === undefined ? [resumeHash] : [resumeHash, spentHash]
}

function isSame(a: SessionRecord['connectedAs'], b: SessionRecord['connectedAs']): boolean {
  return a.agentId === b.agentId && a.namespace === b.namespace
}
