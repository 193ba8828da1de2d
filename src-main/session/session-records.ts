import { createHash } from 'node:crypto'
import type { Clock } from '../base/clock.ts'
import { newSecret } from '../base/ids.ts'
import type { Log } from '../base/log.ts'
import type { SessionRecord, SessionStore } from '../storage/session-store.ts'
import type { Session } from './session.ts'

export interface RecordOptions {
  /** Seconds in which a lost connection can be resumed; 0 switches resuming off. */
  readonly resumeTtlSeconds: number
  /** Records kept at most. */
  readonly keep: number
}

/** A resume secret and its hash. */
export interface ResumeSecret {
  readonly secret: string
  readonly hash: string
}

/** Hashes by which a session can be found: of the next secret, and of the one that opened it until its client was heard. */
export interface SecretHashes {
  readonly resumeHash: string
  readonly spentHash?: string
}

/**
 * A session's record lives on while the session does, by being extended this often, in milliseconds. So it outlives a process that
 * was killed by the TTL, and not by more than twice this.
 */
const EXTEND_MS = 60_000
/** Saves after which is tidied up, however short the time. */
const SAVES_BETWEEN_PRUNES = 1_000

/** What is stored of sessions, so that they can be resumed: who may take them over, and until when. */
export class SessionRecords {
  readonly #store: SessionStore
  readonly #clock: Clock
  readonly #log: Log
  readonly #options: RecordOptions
  /** This process, in the records it holds. */
  readonly #holder: string
  readonly #timer: NodeJS.Timeout | undefined
  #tendedAtMs: number
  #saves = 0
  #isClosed = false

  constructor(store: SessionStore, parts: { readonly clock: Clock; readonly log: Log; readonly holder: string }, options: RecordOptions) {
    this.#store = store
    this.#clock = parts.clock
    this.#log = parts.log
    this.#holder = parts.holder
    this.#options = options
    this.#tendedAtMs = parts.clock.now()
    store.serveAs(this.#holder)
    if (this.isOn) this.#timer = setInterval(() => void this.#tend(), EXTEND_MS).unref()
  }

  /** False when resuming is switched off: then nothing is stored. */
  get isOn(): boolean {
    return this.#options.resumeTtlSeconds > 0
  }

  newSecret(): ResumeSecret {
    const secret = newSecret()
    return { secret, hash: hashOf(secret) }
  }

  /** Takes a session over for `next`. Undefined when the secret is not one, or not this agent's. */
  async take(secret: string, connectedAs: SessionRecord['connectedAs'], next: ResumeSecret): Promise<SessionRecord | undefined> {
    const nowMs = this.#clock.now()
    // The wall clock has jumped (a machine that slept): what lives here must not look as if it had ended long ago, nor outlive its time.
    if (Math.abs(nowMs - this.#tendedAtMs) > EXTEND_MS * 1.5) await this.#tend()
    return this.#store.take(hashOf(secret), {
      connectedAs,
      nextHash: next.hash,
      holder: this.#holder,
      nowMs,
      endsAtMs: this.#liveEnd(nowMs),
    })
  }

  /** Keeps a session as it is now. `isLive`: it has a connection. */
  async save(session: Session, hashes: SecretHashes, isLive: boolean): Promise<void> {
    const nowMs = this.#clock.now()
    const { id: sessionId, connectedAs, capabilities, startedAtMs, subscriptions } = session
    const record: SessionRecord = {
      sessionId,
      ...hashes,
      ...(isLive && { holder: this.#holder }),
      connectedAs,
      agentId: session.scope.agentId,
      namespace: session.scope.namespace,
      capabilities,
      startedAtMs,
      savedAtMs: nowMs,
      subscriptions: subscriptions.requested,
    }
    await this.#store.save(record, isLive ? this.#liveEnd(nowMs) : nowMs + this.#options.resumeTtlSeconds * 1000)
    this.#saves += 1
    if (this.#saves >= SAVES_BETWEEN_PRUNES) void this.#tend()
  }

  /** Undoes a take that came to nothing: the secret works again. */
  async giveBack(record: SessionRecord): Promise<void> {
    const { holder: _, spentHash: secretHash = record.resumeHash, ...rest } = record
    const nowMs = this.#clock.now()
    const endsAtMs = nowMs + this.#options.resumeTtlSeconds * 1000
    const claim = { connectedAs: record.connectedAs, nextHash: secretHash, holder: this.#holder, nowMs, endsAtMs }
    if (await this.#store.take(record.resumeHash, claim)) await this.#store.save({ ...rest, resumeHash: secretHash }, endsAtMs)
  }

  remove(sessionId: string): Promise<void> {
    return this.#store.remove(sessionId)
  }

  close(): void {
    this.#isClosed = true
    clearInterval(this.#timer)
  }

  async #tend(): Promise<void> {
    // The store closes next.
    if (this.#isClosed) return
    const nowMs = this.#clock.now()
    this.#tendedAtMs = nowMs
    this.#saves = 0
    try {
      // First what lives, so that a jump of the clock does not sweep it away.
      await this.#store.extend(this.#holder, nowMs, this.#liveEnd(nowMs))
      await this.#store.prune({ nowMs, latestEndMs: this.#liveEnd(nowMs), keep: this.#options.keep })
    } catch (error) {
      this.#log.warn({ err: error }, 'the stored sessions could not be tended')
    }
  }

  #liveEnd(nowMs: number): number {
    return nowMs + this.#options.resumeTtlSeconds * 1000 + 2 * EXTEND_MS
  }
}

export function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}
