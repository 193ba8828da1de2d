import { createHash } from 'node:crypto'
import { toIso } from '../base/clock.ts'
import { AppError } from '../base/errors.ts'
import { newId, newSecret } from '../base/ids.ts'
import type { Scope } from '../contract/scope.ts'
import type { SessionInfo } from '../contract/session.ts'
import type { SessionRecord, SessionStore } from '../storage/session-store.ts'
import { Session } from './session.ts'
import type { Caller, SessionParts } from './session.ts'

export interface SessionLimits {
  /** Live connections in all. */
  readonly maxConnections: number
  /** Seconds without a request after which a connection is closed. */
  readonly idleTimeoutSeconds: number
  /** Seconds in which a lost connection can be resumed; 0 switches resuming off. */
  readonly resumeTtlSeconds: number
}

/** A session that was opened, and the secret that resumes it once. */
export interface OpenedSession {
  readonly session: Session
  /** Absent when resuming is switched off. */
  readonly resumeSecret?: string
  readonly isResumed: boolean
}

/** Told to the transport of a session that must go. */
export type Disconnect = (reason: 'idle' | 'replaced' | 'stopping') => void

interface Live {
  readonly session: Session
  readonly resumeHash: string | undefined
  readonly disconnect: Disconnect
}

const IDLE_CHECK_MS = 5_000
/** A connection is resumable while it lives, however long; from its end on, the TTL of the settings counts. */
const LIVE_TTL_SECONDS = 30 * 86_400

/** Opens, finds and ends sessions, within limits, and says so on the bus. */
export class SessionManager {
  readonly #parts: SessionParts
  readonly #store: SessionStore
  readonly #limits: SessionLimits
  readonly #live = new Map<string, Live>()
  readonly #idleTimer: NodeJS.Timeout
  #closedCount = 0
  #closedDurationMs = 0

  constructor(parts: SessionParts, store: SessionStore, limits: SessionLimits) {
    this.#parts = parts
    this.#store = store
    this.#limits = limits
    this.#idleTimer = setInterval(() => this.#closeIdle(), Math.min(IDLE_CHECK_MS, limits.idleTimeoutSeconds * 500)).unref()
  }

  get liveCount(): number {
    return this.#live.size
  }

  /** Throws `unavailable` when no further connection may open. */
  assertRoom(): void {
    if (this.#live.size >= this.#limits.maxConnections) {
      throw new AppError(
        'unavailable',
        `The server has its maximum of ${this.#limits.maxConnections} connections; close one, or raise TMWS_WS_MAX_CONNECTIONS.`,
        {
          details: { max_connections: this.#limits.maxConnections },
        },
      )
    }
  }

  /**
   * Opens a session for a connection. With a resume secret of the same agent that still lives, it is the old session again:
   * same id, capabilities, start and subscriptions. A secret that does not fit is ignored and a new session opens. Throws `unavailable` when the
   * server is full.
   */
  async open(caller: Caller, disconnect: Disconnect, resumeSecret?: string): Promise<OpenedSession> {
    const resumed = resumeSecret === undefined ? undefined : await this.#takeResumable(caller, resumeSecret)
    const old = this.#live.get(resumed?.sessionId ?? '')
    const subscriptions = old?.session.subscriptions.requested ?? resumed?.subscriptions ?? []
    if (old) old.disconnect('replaced')
    else this.assertRoom()
    const session = resumed ? this.#resumed(caller, resumed) : new Session(newId(), caller, this.#parts)
    const secret = this.#limits.resumeTtlSeconds === 0 ? undefined : newSecret()
    const live: Live = { session, resumeHash: secret === undefined ? undefined : hashOf(secret), disconnect }
    this.#live.set(session.id, live)
    // Kept from the start, so that a client can resume before we have noticed that its old socket is dead.
    await this.#keep(live, LIVE_TTL_SECONDS)
    await session.subscriptions.resume(subscriptions)
    this.#announce('session-opened', session)
    return { session, isResumed: resumed !== undefined, ...(secret !== undefined && { resumeSecret: secret }) }
  }

  /** A session for one request over HTTP, which has no connection to keep. */
  transient(caller: Caller): Session {
    return new Session(newId(), caller, this.#parts)
  }

  /** Ends a session after its socket closed. Idempotent. */
  async close(session: Session, reason: string): Promise<void> {
    const live = this.#live.get(session.id)
    const subscriptions = session.subscriptions.requested
    session.end()
    if (live?.session !== session) return
    this.#live.delete(session.id)
    this.#closedCount += 1
    this.#closedDurationMs += this.#parts.clock.now() - session.startedAtMs
    this.#announce('session-closed', session, reason)
    await this.#keep(live, this.#limits.resumeTtlSeconds, subscriptions)
  }

  /** How many live connections act as an agent. */
  countOf(agentId: string): number {
    let count = 0
    for (const { session } of this.#live.values()) if (session.scope.agentId === agentId) count += 1
    return count
  }

  /** Live sessions the scope may see. */
  list(scope: Scope): SessionInfo[] {
    const infos = [...this.#live.values()].map(({ session }) => session.info())
    return scope.kind === 'owner' ? infos : infos.filter((info) => info.agent_id === scope.agentId)
  }

  /** Numbers for statistics: live sessions, their agents, and the mean duration of all sessions so far in seconds. */
  totals(): { readonly sessions: number; readonly agents: number; readonly averageDurationSeconds: number } {
    const now = this.#parts.clock.now()
    const sessions = [...this.#live.values()].map(({ session }) => session)
    const durationMs = sessions.reduce((sum, session) => sum + now - session.startedAtMs, this.#closedDurationMs)
    const count = this.#closedCount + sessions.length
    return {
      sessions: sessions.length,
      agents: new Set(sessions.map((session) => session.scope.agentId)).size,
      averageDurationSeconds: count === 0 ? 0 : Math.round(durationMs / count) / 1000,
    }
  }

  /** Tells every connection to go; their transports close them with 1001. */
  stop(): void {
    clearInterval(this.#idleTimer)
    for (const { disconnect } of [...this.#live.values()]) disconnect('stopping')
  }

  async #takeResumable(caller: Caller, secret: string): Promise<SessionRecord | undefined> {
    if (this.#limits.resumeTtlSeconds === 0) return undefined
    const record = await this.#store.takeByResumeHash(hashOf(secret))
    const isSame = record?.connectedAs.agentId === caller.scope.agentId && record.connectedAs.namespace === caller.scope.namespace
    return isSame ? record : undefined
  }

  /** The old session again: also as the agent it had switched to. */
  #resumed(caller: Caller, record: SessionRecord): Session {
    const scope = { ...caller.scope, agentId: record.agentId, namespace: record.namespace }
    const capabilities = { ...record.capabilities, ...caller.capabilities }
    return new Session(record.sessionId, { ...caller, capabilities }, this.#parts, { startedAtMs: record.startedAtMs, scope })
  }

  /** Keeps what a resume needs, as it is now. */
  async #keep(live: Live, ttlSeconds: number, subscriptions: readonly string[] = []): Promise<void> {
    if (live.resumeHash === undefined) return
    const { session, resumeHash } = live
    const { id: sessionId, connectedAs, capabilities, startedAtMs } = session
    const { agentId, namespace } = session.scope
    const record = { sessionId, resumeHash, connectedAs, agentId, namespace, capabilities, startedAtMs, subscriptions }
    await this.#store.save(record, ttlSeconds)
  }

  #closeIdle(): void {
    const oldest = this.#parts.clock.now() - this.#limits.idleTimeoutSeconds * 1000
    for (const { session, disconnect } of [...this.#live.values()]) if (session.lastSeenAtMs < oldest) disconnect('idle')
  }

  #announce(type: 'session-opened' | 'session-closed', session: Session, reason?: string): void {
    const at = toIso(this.#parts.clock.now())
    this.#parts.bus.publish({
      event: { type, at, session: session.info(), ...(reason !== undefined && { reason }) },
      agentId: session.scope.agentId,
    })
  }
}

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}
