import type { Clock } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import type { PruneLimits, SessionClaim, SessionRecord, SessionStore } from '../session-store.ts'
import type { LinkState } from './redis-link.ts'
import type { RedisSessionStore } from './redis-session-store.ts'

/** A store of this process that can say what it holds. */
export interface LocalSessionStore extends SessionStore {
  readonly ids: readonly string[]
  find(sessionId: string): { readonly record: SessionRecord; readonly endsAtMs: number } | undefined
}

export interface RedisOrLocalParts {
  readonly redis: RedisSessionStore
  readonly local: LocalSessionStore
  readonly link: { readonly isUp: boolean; onChange(listener: (state: LinkState) => void): () => void }
  readonly clock: Clock
  readonly log: Log
}

/** Sessions that are brought back to Redis at once. */
const BATCH = 100

/**
 * Redis decides while it works, and what this process served is kept here too. While Redis is away its clients resume here; when it is
 * back, also from nothing, it gets what it lacks. Another instance cannot take such a session over before that.
 */
export class RedisOrLocalSessionStore implements SessionStore {
  readonly capabilities
  readonly #parts: RedisOrLocalParts
  /**
   * Of sessions that were taken over here while Redis was away: the secrets by which Redis may know them. There are two, for a Redis that
   * hangs carries out later what it was last asked.
   */
  readonly #knownBy = new Map<string, readonly string[]>()
  /** Sessions that were ended while it was. */
  readonly #removed = new Set<string>()
  readonly #stopWatching: () => void
  #mending: Promise<void> = Promise.resolve()

  constructor(parts: RedisOrLocalParts) {
    this.#parts = parts
    this.capabilities = parts.redis.capabilities
    this.#stopWatching = parts.link.onChange(({ isUp }) => {
      if (isUp) this.bringBack()
    })
  }

  /** Gives Redis what it may lack. Later calls of `take` wait for it. */
  bringBack(): void {
    this.#mending = this.#mending.then(() => this.#mend())
  }

  serveAs(): void {
    // Who lives is known by the lease of the fleet.
  }

  async save(record: SessionRecord, endsAtMs: number): Promise<void> {
    await this.#parts.local.save(record, endsAtMs)
    if (!this.#parts.link.isUp || this.#knownBy.has(record.sessionId)) return
    const isKept = await orIfAway(() => this.#parts.redis.put(record, endsAtMs), true)
    if (!isKept) await this.#parts.local.remove(record.sessionId)
  }

  async take(resumeHash: string, claim: SessionClaim): Promise<SessionRecord | undefined> {
    // What changed here while Redis was away belongs there first.
    if (this.#parts.link.isUp) await this.#mending
    if (this.#parts.link.isUp) {
      const answer = await orIfAway(async () => ({ record: await this.#parts.redis.take(resumeHash, claim) }), undefined)
      if (answer?.record) await this.#replaceLocal(answer.record, claim.endsAtMs)
      if (answer) return answer.record
    }
    const record = await this.#parts.local.take(resumeHash, claim)
    if (record && !this.#knownBy.has(record.sessionId)) this.#knownBy.set(record.sessionId, [resumeHash, claim.nextHash])
    return record
  }

  async extend(holder: string, nowMs: number, endsAtMs: number): Promise<void> {
    await this.#parts.local.extend(holder, nowMs, endsAtMs)
    if (this.#parts.link.isUp) await orIfAway(() => this.#parts.redis.extend(holder, nowMs, endsAtMs), undefined)
  }

  async remove(sessionId: string): Promise<void> {
    await this.#parts.local.remove(sessionId)
    this.#knownBy.delete(sessionId)
    this.#removed.add(sessionId)
    const isRemoved = this.#parts.link.isUp && (await orIfAway(() => this.#parts.redis.remove(sessionId).then(() => true), false))
    if (isRemoved) this.#removed.delete(sessionId)
  }

  async prune(limits: PruneLimits): Promise<number> {
    const ended = await this.#parts.local.prune(limits)
    return this.#parts.link.isUp ? orIfAway(() => this.#parts.redis.prune(limits), ended) : ended
  }

  /** Another instance serves it now: its old secret must open nothing here, whatever happens to Redis. */
  async movedAway(sessionId: string): Promise<void> {
    await this.#parts.local.remove(sessionId)
  }

  async close(): Promise<void> {
    this.#stopWatching()
    await this.#mending
    await this.#parts.local.close()
  }

  async #replaceLocal(record: SessionRecord, endsAtMs: number): Promise<void> {
    await this.#parts.local.remove(record.sessionId)
    await this.#parts.local.save(record, endsAtMs)
  }

  /** Brings to Redis what it lacks: it may have missed changes, or have lost everything. */
  async #mend(): Promise<void> {
    try {
      for (const sessionId of this.#removed) {
        await this.#parts.redis.remove(sessionId)
        this.#removed.delete(sessionId)
      }
      const { ids } = this.#parts.local
      for (let from = 0; from < ids.length; from += BATCH)
        await Promise.all(ids.slice(from, from + BATCH).map((sessionId) => this.#bringBackOne(sessionId)))
      // Whatever is left has ended meanwhile.
      for (const sessionId of this.#knownBy.keys()) if (!this.#parts.local.find(sessionId)) this.#knownBy.delete(sessionId)
    } catch (error) {
      // Away again: the next return begins anew.
      if (!isAway(error)) this.#parts.log.error({ err: error }, 'sessions could not be brought back to Redis')
    }
  }

  async #bringBackOne(sessionId: string): Promise<void> {
    const { redis, local, clock } = this.#parts
    const before = local.find(sessionId)
    for (const hash of this.#knownBy.get(sessionId) ?? []) {
      if (!before || hash === before.record.resumeHash) continue
      const { connectedAs, resumeHash: nextHash, holder = '' } = before.record
      if (await redis.take(hash, { connectedAs, nextHash, holder, nowMs: clock.now(), endsAtMs: before.endsAtMs })) break
    }
    this.#knownBy.delete(sessionId)
    // Looked for again: it may have changed while Redis answered.
    const kept = local.find(sessionId)
    if (!kept || kept.endsAtMs <= clock.now()) return
    if (!(await redis.put(kept.record, kept.endsAtMs))) await local.remove(sessionId)
  }
}

async function orIfAway<T, F>(work: () => Promise<T>, instead: F): Promise<T | F> {
  try {
    return await work()
  } catch (error) {
    if (isAway(error)) return instead
    throw error
  }
}

function isAway(error: unknown): boolean {
  return error instanceof AppError && error.code === 'unavailable'
}
