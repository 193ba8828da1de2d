import { toIso } from '../base/clock.ts'
import { AppError, notFound } from '../base/errors.ts'
import { newId } from '../base/ids.ts'
import { createAloneFleet } from '../base/session-fleet.ts'
import type { SessionFleet } from '../base/session-fleet.ts'
import { OWNER_SCOPE } from '../contract/scope.ts'
import type { Scope } from '../contract/scope.ts'
import type { SessionInfo } from '../contract/session.ts'
import type { SessionRecord, SessionStore } from '../storage/session-store.ts'
import { AwaySessions } from './away-sessions.ts'
import { admitConnection } from './call-audit.ts'
import { agentIsFull, ConnectionRoom } from './connection-room.ts'
import type { ConnectionLimits } from './connection-room.ts'
import { Session } from './session.ts'
import type { Caller, SessionParts } from './session.ts'
import { SessionKeeper } from './session-keeper.ts'
import { hashOf, SessionRecords } from './session-records.ts'
import type { ResumeSecret, SecretHashes } from './session-records.ts'
import { maySee, visible } from './session-visibility.ts'

export interface SessionLimits extends ConnectionLimits {
  /** Seconds without a request after which a connection is closed. */
  readonly idleTimeoutSeconds: number
  /** Seconds in which a lost connection can be resumed; 0 switches resuming off. */
  readonly resumeTtlSeconds: number
}

/** A session that was opened, and the secret that resumes it once. */
export interface OpenedSession {
  readonly session: Session
  /** Absent when it cannot be resumed. */
  readonly resumeSecret?: string
  readonly isResumed: boolean
  /** Of a resumed one: until when it is known what its client was told. */
  readonly knownUntilMs?: number
}

export type DisconnectReason = 'idle' | 'replaced' | 'stopping' | 'disconnected' | 'signed-out'

/** Told to the transport of a session that must go; `why` is for the client. */
export type Disconnect = (reason: DisconnectReason, why?: string) => void

interface Live {
  readonly session: Session
  readonly disconnect: Disconnect
  readonly keeper: SessionKeeper
  /** Absent when it cannot be resumed. */
  hashes: SecretHashes | undefined
}

const IDLE_CHECK_MS = 5_000
/** Records kept of clients that are away, besides those that are connected. */
const AWAY_RECORDS = 10_000

/** Opens, finds and ends sessions, within limits, and says so on the bus. */
export class SessionManager {
  readonly #parts: SessionParts
  readonly #records: SessionRecords
  readonly #limits: SessionLimits
  readonly #room: ConnectionRoom
  readonly #live = new Map<string, Live>()
  /** Live sessions by the hash of their next secret. */
  readonly #liveByHash = new Map<string, Live>()
  readonly #away: AwaySessions
  readonly #fleet: SessionFleet
  readonly #idleTimer: NodeJS.Timeout
  readonly #stopHearing: () => void
  #closedCount = 0
  #closedDurationMs = 0

  constructor(parts: SessionParts, store: SessionStore, limits: SessionLimits, fleet: SessionFleet = createAloneFleet()) {
    this.#parts = parts
    this.#fleet = fleet
    this.#records = new SessionRecords(
      store,
      { ...parts, holder: fleet.instance },
      { ...limits, keep: limits.maxConnections + AWAY_RECORDS },
    )
    this.#limits = limits
    this.#room = new ConnectionRoom(limits)
    this.#away = new AwaySessions(parts.awake, limits.resumeTtlSeconds * 1000)
    this.#idleTimer = setInterval(() => this.#tend(), Math.min(IDLE_CHECK_MS, limits.idleTimeoutSeconds * 500)).unref()
    this.#stopHearing = parts.bus.subscribeAll(
      ({ event, task }) => {
        if (event.type === 'task-assigned' && task?.assigned_agent_id !== undefined) this.#noteTask(task.id, task.assigned_agent_id)
      },
      () => {
        for (const session of this.#all()) session.notices.addUnknown()
      },
    )
    fleet.join({
      list: () => this.list(OWNER_SCOPE),
      places: () => [...this.#live.values()].map(({ session }) => [session.id, session.connectedAs.agentId] as const),
      disconnect: (sessionId, by, why) => this.#end(sessionId, by, why),
      replaced: (sessionId) => this.#replacedElsewhere(sessionId),
    })
  }

  get liveCount(): number {
    return this.#live.size
  }

  /**
   * Opens a session for a connection. With a resume secret of the same agent that still lives, it is the old session again: same id,
   * agent, capabilities, statistics and subscriptions, and its `notices` are what its client may have missed. A secret that does not fit
   * is ignored and a new session opens. Throws `unavailable` when there is no room for the agent or in all.
   */
  async open(caller: Caller, disconnect: Disconnect, resumeSecret?: string): Promise<OpenedSession> {
    const { agentId, namespace } = caller.scope
    // A connection that replaces one needs no room. Whether it does is known for sure only after the take.
    let hasRoom = resumeSecret === undefined || !this.#liveByHash.has(hashOf(resumeSecret))
    if (hasRoom) this.#room.enter(agentId)
    let sessionId = newId()
    try {
      const secret = this.#records.isOn ? this.#records.newSecret() : undefined
      // Asked for before the take: nothing may come between that and the start.
      const hasPlace = await this.#fleet.enter(sessionId, agentId, this.#limits.maxConnectionsPerAgent)
      const record =
        resumeSecret !== undefined && secret ? await this.#records.take(resumeSecret, { agentId, namespace }, secret) : undefined
      if (record) {
        if (hasPlace) this.#movePlace(sessionId, record.sessionId, agentId)
        sessionId = record.sessionId
      }
      if (!hasPlace) await this.#keepPlace(record, agentId)
      const old = this.#live.get(sessionId)
      if (old && hasRoom) this.#room.leave(agentId)
      if (!old && !hasRoom) await this.#enterAfter(record, agentId)
      hasRoom = true
      return await this.#start(sessionId, caller, disconnect, secret, record, old)
    } catch (error) {
      if (hasRoom) this.#room.leave(agentId)
      if (!this.#live.has(sessionId)) this.#fleet.leave(sessionId, agentId)
      throw error
    }
  }

  /** A session for one request over HTTP, which has no connection to keep. */
  transient(caller: Caller): Session {
    return new Session(newId(), caller, this.#parts)
  }

  /** Counts a request to connect against the limit of its agent. Throws `rate_limited`. */
  admit(caller: Caller): Promise<void> {
    return admitConnection(caller, this.#parts)
  }

  /** The client was heard on its new connection, so it has the next secret: the one before is void for good. */
  confirm(session: Session): void {
    const live = this.#live.get(session.id)
    if (live?.session !== session || live.hashes?.spentHash === undefined) return
    live.hashes = { resumeHash: live.hashes.resumeHash }
    void live.keeper.save()
  }

  /** Ends a session after its socket closed. Idempotent. */
  async close(session: Session, reason: string): Promise<void> {
    session.leave()
    const live = this.#live.get(session.id)
    if (live?.session !== session) return
    this.#forget(live)
    this.#room.leave(session.connectedAs.agentId)
    this.#fleet.leave(session.id, session.connectedAs.agentId)
    this.#closedCount += 1
    this.#closedDurationMs += session.durationMs
    this.#announce('session-closed', session, reason)
    if (!live.hashes) {
      session.end()
      return
    }
    this.#away.keep(session, live.hashes.resumeHash)
    await live.keeper.save()
  }

  /**
   * Ends a session by order, on whatever instance it is, so that it cannot be resumed. Throws `not_found` for one that is not there or that
   * the scope may not see, `forbidden` to whom is no admin, and `unavailable` when its instance does not answer.
   */
  async disconnect(sessionId: string, scope: Scope, why?: string): Promise<SessionInfo> {
    const live = this.#live.get(sessionId)
    const info = live ? visible(live.session.info(), sessionId, scope) : await this.find(sessionId, scope)
    if (!scope.isAdmin) {
      throw new AppError('forbidden', 'Only the person at the machine or an admin may end a session; close your own connection instead.')
    }
    if (live) await this.#end(sessionId, scope.agentId, why)
    else if (!(await this.#fleet.disconnect(sessionId, scope.agentId, why))) throw notFound('session', sessionId)
    return info
  }

  /** How many live connections act as each agent, on all instances. */
  async countByAgent(): Promise<ReadonlyMap<string, number>> {
    const all = Map.groupBy(await this.listAll(OWNER_SCOPE), (info) => info.agent_id)
    return new Map([...all].map(([agentId, own]) => [agentId, own.length]))
  }

  /** Live sessions of this instance that the scope may see: its own agent's, or all for the person. */
  list(scope: Scope): SessionInfo[] {
    return [...this.#live.values()].flatMap(({ session }) => {
      const info = session.info()
      return maySee(info, scope) ? [info] : []
    })
  }

  /** The same of all instances, others' as they were some seconds ago. */
  async listAll(scope: Scope): Promise<SessionInfo[]> {
    const others = (await this.#fleet.others()).filter((info) => !this.#live.has(info.session_id) && maySee(info, scope))
    return [...this.list(scope), ...others]
  }

  /** Throws `not_found` for a session that is not there, or that the scope may not see. */
  async find(sessionId: string, scope: Scope): Promise<SessionInfo> {
    const here = this.#live.get(sessionId)?.session.info()
    return visible(here ?? (await this.#fleet.others()).find((other) => other.session_id === sessionId), sessionId, scope)
  }

  /** Numbers for statistics: live sessions, their agents, and the mean duration in seconds of all sessions that this instance had so far. */
  async totals(): Promise<{ readonly sessions: number; readonly agents: number; readonly averageDurationSeconds: number }> {
    const sessions = [...this.#live.values()].map(({ session }) => session)
    const durationMs = sessions.reduce((sum, session) => sum + session.durationMs, this.#closedDurationMs)
    const count = this.#closedCount + sessions.length
    const all = await this.listAll(OWNER_SCOPE)
    return {
      sessions: all.length,
      agents: new Set(all.map((info) => info.agent_id)).size,
      averageDurationSeconds: count === 0 ? 0 : Math.round(durationMs / count) / 1000,
    }
  }

  /** Tells every connection to go (their transports close them with 1001), and waits until what a resume needs of each is kept. */
  async stop(): Promise<void> {
    clearInterval(this.#idleTimer)
    this.#stopHearing()
    const live = [...this.#live.values()]
    for (const { disconnect } of live) disconnect('stopping')
    await Promise.all(live.map(({ session }) => this.close(session, 'the server stops')))
    this.#records.close()
    this.#away.close()
  }

  /** The place that was taken for a new session is that of the one that is resumed instead. */
  #movePlace(from: string, to: string, agentId: string): void {
    void this.#fleet.enter(to, agentId)
    this.#fleet.leave(from, agentId)
  }

  /** All places of the agent are taken: a session goes on only if one of them is its own, of a connection that was lost. */
  async #keepPlace(record: SessionRecord | undefined, agentId: string): Promise<void> {
    const most = this.#limits.maxConnectionsPerAgent
    if (record && (await this.#fleet.enter(record.sessionId, agentId, most))) return
    if (record) await this.#records.giveBack(record)
    throw agentIsFull(agentId, most)
  }

  /** A place for a connection that was to replace another, which has gone meanwhile. */
  async #enterAfter(record: SessionRecord | undefined, agentId: string): Promise<void> {
    try {
      this.#room.enter(agentId)
    } catch (error) {
      if (record) await this.#records.giveBack(record)
      throw error
    }
  }

  async #start(
    sessionId: string,
    caller: Caller,
    disconnect: Disconnect,
    secret: ResumeSecret | undefined,
    record: SessionRecord | undefined,
    old: Live | undefined,
  ): Promise<OpenedSession> {
    const before = record && this.#asItLeft(record, old)
    const session = record ? this.#resumed(caller, record, before) : new Session(sessionId, caller, this.#parts)
    if (old) {
      this.#forget(old)
      old.keeper.stop()
      old.disconnect('replaced')
    }
    const hashes = secret && { resumeHash: secret.hash, ...(record?.spentHash !== undefined && { spentHash: record.spentHash }) }
    const live = this.#enlist(session, disconnect, hashes)
    await session.subscriptions.resume(before?.subscriptions.requested ?? record?.subscriptions ?? [])
    if (before) session.notices.adopt(before.notices)
    else if (record) this.#noteUnknown(session, record)
    before?.end()
    if (old && old.session !== before) old.session.end()
    await this.#keepFirst(live)
    this.#announce('session-opened', session, record && 'resumed')
    return {
      session,
      isResumed: record !== undefined,
      ...(record && { knownUntilMs: record.savedAtMs }),
      ...(secret && live.hashes && { resumeSecret: secret.secret }),
    }
  }

  /**
   * What this instance knows of a session that is resumed, if nothing newer is known elsewhere: its client comes with the secret that it
   * got here.
   */
  #asItLeft(record: SessionRecord, old: Live | undefined): Session | undefined {
    if (old) return old.hashes?.resumeHash === record.spentHash ? old.session : undefined
    return this.#away.take(record.sessionId, record.spentHash)
  }

  /** The old session again: also as the agent it had switched to. */
  #resumed(caller: Caller, record: SessionRecord, before: Session | undefined): Session {
    const { agentId, namespace } = before?.scope ?? record
    // A token may say less today than when the session became another: then it is whom the token says.
    const scope = caller.isBound === true ? caller.scope : { ...caller.scope, agentId, namespace }
    const capabilities = { ...record.capabilities, ...caller.capabilities }
    const resumed = { startedAtMs: record.startedAtMs, scope, ...(before && { before }) }
    return new Session(record.sessionId, { ...caller, capabilities }, this.#parts, resumed)
  }

  #enlist(session: Session, disconnect: Disconnect, hashes: SecretHashes | undefined): Live {
    const keeper = new SessionKeeper(
      async () => {
        if (live.hashes) await this.#records.save(session, live.hashes, this.#live.get(session.id) === live)
      },
      (error) => this.#parts.log.warn({ err: error, session: session.id }, 'a session could not be stored'),
    )
    const live: Live = { session, disconnect, keeper, hashes }
    session.keptBy(() => keeper.save())
    this.#live.set(session.id, live)
    if (hashes) this.#liveByHash.set(hashes.resumeHash, live)
    return live
  }

  /** Kept from the start, so that a client can resume before we have noticed that its old socket is dead, and after kill -9. */
  async #keepFirst(live: Live): Promise<void> {
    if (!live.hashes) return
    try {
      await this.#records.save(live.session, live.hashes, true)
    } catch (error) {
      // What cannot be kept cannot be resumed, and gets no secret; the connection works as any other.
      this.#parts.log.warn({ err: error, session: live.session.id }, 'a session could not be stored, and cannot be resumed')
      this.#liveByHash.delete(live.hashes.resumeHash)
      live.hashes = undefined
    }
  }

  /** Another process had the session, or this one had too many: nobody noted what its client missed. */
  #noteUnknown(session: Session, record: SessionRecord): void {
    for (const uri of record.subscriptions) session.notices.addResource(uri)
    session.notices.addUnknown()
  }

  #forget(live: Live): void {
    this.#live.delete(live.session.id)
    if (live.hashes) this.#liveByHash.delete(live.hashes.resumeHash)
  }

  async #end(sessionId: string, by: string, why?: string): Promise<void> {
    // Asked again: it may be resumed while its record goes.
    for (let live = this.#live.get(sessionId); live; live = this.#live.get(sessionId)) {
      live.keeper.stop()
      if (live.hashes) this.#liveByHash.delete(live.hashes.resumeHash)
      live.hashes = undefined
      await this.#records.remove(sessionId)
      live.disconnect('disconnected', why)
      await this.close(live.session, `disconnected by ${by}${why === undefined ? '' : `: ${why}`}`)
    }
  }

  /** The session goes on there, so here it ends without a word to anybody but its dead connection. */
  #replacedElsewhere(sessionId: string): void {
    const live = this.#live.get(sessionId)
    if (!live) return
    live.keeper.stop()
    this.#forget(live)
    this.#room.leave(live.session.connectedAs.agentId)
    live.disconnect('replaced')
    live.session.end()
  }

  *#all(): Generator<Session> {
    for (const { session } of this.#live.values()) yield session
    yield* this.#away
  }

  #noteTask(taskId: string, agentId: string): void {
    for (const { scope, notices } of this.#all()) if (scope.kind === 'agent' && scope.agentId === agentId) notices.addTask(taskId)
  }

  #tend(): void {
    this.#away.prune()
    const longestMs = this.#limits.idleTimeoutSeconds * 1000
    for (const { session, disconnect } of [...this.#live.values()]) if (session.idleMs > longestMs) disconnect('idle')
  }

  #announce(type: 'session-opened' | 'session-closed', session: Session, reason?: string): void {
    const at = toIso(this.#parts.clock.now())
    this.#parts.bus.publish({
      event: { type, at, session: session.info(), ...(reason !== undefined && { reason }) },
      agentId: session.scope.agentId,
    })
  }
}
