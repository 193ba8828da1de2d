import { performance } from 'node:perf_hooks'
import { noAudit } from '../base/audit-trail.ts'
import type { AuditTrail } from '../base/audit-trail.ts'
import type { Stopwatch } from '../base/awake-time.ts'
import type { Clock } from '../base/clock.ts'
import { toIso } from '../base/clock.ts'
import { callContext, withCallContext } from '../base/call-context.ts'
import type { CallContext } from '../base/call-context.ts'
import { AppError } from '../base/errors.ts'
import type { EventBus } from '../base/event-bus.ts'
import { newId } from '../base/ids.ts'
import type { Log } from '../base/log.ts'
import type { Turns } from '../base/turns.ts'
import type { AgentSwitch } from '../contract/agent.ts'
import { LIMITS } from '../contract/protocol.ts'
import type { Scope } from '../contract/scope.ts'
import type { SessionInfo, TransportKind } from '../contract/session.ts'
import { isToolName, TOOLS } from '../contract/tools.ts'
import type { ToolContract } from '../contract/tools/tool-contract.ts'
import type { CallerView, ToolContext } from '../tools/tool.ts'
import type { ToolRunner } from '../tools/tool-runner.ts'
import type { RateLimiter } from '../base/rate-limiter.ts'
import { AuditedCall, deedOf } from './call-audit.ts'
import { ResourceSubscriptions } from './resource-subscriptions.ts'
import { SessionStatistics } from './session-statistics.ts'
import { UnprovenNotices } from './unproven-notices.ts'

/** Who connects, as the guard made it out. */
export interface Caller {
  readonly scope: Scope
  readonly transport: TransportKind
  readonly capabilities: Readonly<Record<string, unknown>>
  /** Name and version of the client program, when it gave one. */
  readonly client?: string
  /** IP address it comes from; absent for what comes from this very process. */
  readonly address?: string
  /** True when a token proves the agent: it cannot become another. */
  readonly isBound?: boolean
  /** The token it came with, if it needed one. What is open ends with it. */
  readonly token?: { readonly id: string | undefined; readonly endsAtMs: number | undefined }
}

export interface SessionParts {
  readonly runner: ToolRunner
  readonly limiter: RateLimiter
  /** Limits the calls of costly tools, besides. */
  readonly costly?: RateLimiter
  /** Shares between agents how many reads are worked on at once; without it, all are. */
  readonly readTurns?: Turns
  readonly bus: EventBus
  readonly clock: Clock
  /** Counts idle time and durations. */
  readonly awake: Stopwatch
  readonly log: Log
  /** Hears of every change, denial and read of what is others'; nobody does when absent. */
  readonly audit?: AuditTrail
}

export interface CallOptions extends Partial<Pick<ToolContext, 'signal' | 'origin' | 'report'>> {
  /** `rest` also reaches the tools that models are not offered. */
  readonly audience?: 'model' | 'rest'
}

/** What a session goes on with when it is resumed. */
export interface Resumed {
  readonly startedAtMs: number
  /** Whom it acted as. */
  readonly scope: Scope
  /** Itself before, when this process still has it. */
  readonly before?: Session
}

/** Writes are not held back: many at once share one commit, and no write waits for a search. */
const isRead = (tool: string): boolean => isToolName(tool) && TOOLS[tool].annotations.readOnlyHint

const isCostly = (contract: ToolContract): boolean => contract.isCostly === true

/** Switches of identity that a session remembers. */
const SWITCHES_KEPT = 5

/** One client: who it is, what it did, and its one way to the tools. */
export class Session implements CallerView {
  readonly id: string
  readonly transport: TransportKind
  readonly capabilities: Readonly<Record<string, unknown>>
  /** Whom it connected as; `scope` is whom it acts as now. */
  readonly connectedAs: { readonly agentId: string; readonly namespace: string }
  /** What it was told that may not have arrived. */
  readonly notices = new UnprovenNotices()
  readonly #parts: SessionParts
  readonly #abort = new AbortController()
  readonly #subscriptions: ResourceSubscriptions
  readonly #statistics: SessionStatistics
  readonly #isBound: boolean
  readonly #address: string | undefined
  readonly #switches: AgentSwitch[]
  #scope: Scope
  #switchCount: number
  #client: string | undefined
  #pending = 0
  #save: () => Promise<void> = () => Promise.resolve()
  /** The last save, while a call may have to wait for it. */
  #saving: Promise<void> | undefined

  constructor(id: string, caller: Caller, parts: SessionParts, resumed?: Resumed) {
    const before = resumed?.before
    this.id = id
    this.#scope = resumed?.scope ?? caller.scope
    this.connectedAs = { agentId: caller.scope.agentId, namespace: caller.scope.namespace }
    this.#isBound = caller.isBound ?? false
    this.#address = caller.address
    this.transport = caller.transport
    this.capabilities = caller.capabilities
    this.#client = caller.client ?? (before && before.#client)
    this.#parts = parts
    this.#switches = before ? [...before.#switches] : []
    this.#switchCount = before ? before.#switchCount : 0
    const { bus, clock, awake } = parts
    this.#statistics = before ? before.#statistics : new SessionStatistics(clock, awake, resumed?.startedAtMs)
    this.#statistics.seen()
    this.#subscriptions = new ResourceSubscriptions({
      bus,
      clock,
      scope: () => this.#scope,
      isVisible: (memoryId) => this.#canSee(memoryId),
      onTold: (uri) => this.notices.addResource(uri),
      onAsked: (memoryId, isGranted) => this.#noteSubscription(memoryId, isGranted),
    })
  }

  get scope(): Scope {
    return this.#scope
  }

  /** False for a request over HTTP, which says anew each time who asks. */
  get isConnection(): boolean {
    return this.transport === 'websocket' || this.transport === 'bridge'
  }

  /** The last switches, newest first, and how many there were in all. */
  get switches(): { readonly count: number; readonly latest: readonly AgentSwitch[] } {
    return { count: this.#switchCount, latest: this.#switches }
  }

  /** Acts as another agent from now on. Throws `forbidden` for the person, and for a client whose token says who it is. */
  become(agentId: string, namespace: string): void {
    if (this.#scope.kind === 'owner') throw new AppError('forbidden', 'The person at the machine is not an agent and cannot become one.')
    if (this.#isBound && agentId !== this.connectedAs.agentId) {
      throw new AppError('forbidden', `Your token is for the agent "${this.connectedAs.agentId}"; it cannot become another.`)
    }
    this.#switches.unshift({ from: this.#scope.agentId, to: agentId, at: toIso(this.#parts.clock.now()) })
    this.#switches.length = Math.min(this.#switches.length, SWITCHES_KEPT)
    this.#switchCount += 1
    this.#scope = { ...this.#scope, agentId, namespace }
    this.#saving = this.#save()
  }

  /** Says how to keep what a resume needs of it; from now on that is done before a change of it is acknowledged. */
  keptBy(save: () => Promise<void>): void {
    this.#save = save
  }

  /** Keeps what it has become. */
  keep(): Promise<void> {
    return this.#save()
  }

  get startedAtMs(): number {
    return this.#statistics.startedAtMs
  }

  /** How long ago its last request came, and how long it has lived, in milliseconds of `awake`. */
  get idleMs(): number {
    return this.#statistics.idleMs
  }

  get durationMs(): number {
    return this.#statistics.durationMs
  }

  /** Calls that have not been answered yet. */
  get pendingCount(): number {
    return this.#pending
  }

  /** The resources it wants to hear of; they end with it. */
  get subscriptions(): ResourceSubscriptions {
    return this.#subscriptions
  }

  /** Fires when the session ends; every running call of it is cancelled by that. */
  get signal(): AbortSignal {
    return this.#abort.signal
  }

  /** Counts one request against the limit of its agent. Throws `rate_limited`. */
  async admit(): Promise<void> {
    this.#statistics.seen()
    try {
      await this.#parts.limiter.admit(this.scope.agentId)
    } catch (error) {
      this.#noteRefusal('request', error)
      throw error
    }
  }

  /** Counts one piece of work that keeps the server busy for long. Throws `rate_limited`. */
  async admitCostly(): Promise<void> {
    try {
      await this.#parts.costly?.admit(this.scope.agentId)
    } catch (error) {
      this.#noteRefusal('costly-request', error)
      throw error
    }
  }

  /** The tools this client is shown. */
  listTools(): ToolContract[] {
    return this.#parts.runner.list()
  }

  /** Calls a tool as this client. Throws AppError; `unavailable` when too many of its calls wait already. */
  async call(tool: string, args: unknown, options: CallOptions = {}): Promise<Record<string, unknown>> {
    if (this.#pending >= LIMITS.pendingCallsPerSession) {
      throw new AppError('unavailable', `This connection has ${LIMITS.pendingCallsPerSession} unanswered requests; wait for some of them.`)
    }
    this.#pending += 1
    const start = performance.now()
    let ok = false
    const callContext = this.#callContext()
    const executionId = options.origin?.executionId
    const audited = new AuditedCall({ trail: this.#audit, tool, args, scope: this.scope, context: callContext, executionId })
    try {
      audited.begin()
      if (isToolName(tool) && isCostly(TOOLS[tool])) await this.#parts.costly?.admit(this.scope.agentId)
      const signal = options.signal ? AbortSignal.any([this.#abort.signal, options.signal]) : this.#abort.signal
      const context = { scope: this.scope, caller: this, signal, log: this.#parts.log, origin: options.origin, report: options.report }
      const endTurn =
        isRead(tool) && this.scope.kind !== 'owner' ? await this.#parts.readTurns?.take(this.scope.agentId, signal) : undefined
      const run = () => this.#parts.runner.call(tool, args, context, options.audience ?? 'model')
      const result = await withCallContext(callContext, run).finally(endTurn)
      // What it switched to must not be lost with the process once the client knows of it.
      if (this.#saving) await this.#saving
      this.#saving = undefined
      await audited.done(result)
      ok = true
      return result
    } catch (error) {
      audited.failed(error)
      throw error
    } finally {
      this.#pending -= 1
      this.#record(tool, ok, performance.now() - start)
    }
  }

  /** A request over HTTP has an id already; a message over a connection gets its own. */
  #callContext(): CallContext {
    const requestId = callContext()?.requestId ?? newId()
    return { requestId, sessionId: this.id, agentId: this.scope.agentId, ...(this.#address !== undefined && { address: this.#address }) }
  }

  countBytes(inbound: number, outbound: number): void {
    this.#statistics.countBytes(inbound, outbound)
  }

  /** What the client said of itself in its handshake. */
  nameClient(client: string): void {
    this.#client = client.slice(0, 200)
  }

  info(): SessionInfo {
    return {
      session_id: this.id,
      agent_id: this.scope.agentId,
      namespace: this.scope.namespace,
      transport: this.transport,
      ...this.#statistics.info(),
      pending_requests: this.#pending,
      subscriptions: this.#subscriptions.count,
      ...(this.#client !== undefined && { client: this.#client }),
    }
  }

  /** Its connection is gone: running calls are cancelled. It goes on noting what its client misses, until it ends. */
  leave(): void {
    this.#subscriptions.stopDelivering()
    this.#abort.abort(new AppError('unavailable', 'The connection has ended.'))
  }

  /** Ends it for good. The transport closes its socket itself. */
  end(): void {
    this.leave()
    this.#subscriptions.close()
  }

  /** Calls a tool for the client without its asking: not counted, and no access to a memory. Throws AppError. */
  look(tool: string, args: unknown): Promise<Record<string, unknown>> {
    const { runner, log } = this.#parts
    return runner.call(tool, args, { scope: this.scope, caller: this, signal: this.signal, log }, 'rest')
  }

  /** Whether it may read a memory. */
  async #canSee(memoryId: string): Promise<boolean> {
    try {
      await this.look('get_memory_links', { memory_id: memoryId })
      return true
    } catch (error) {
      if (error instanceof AppError && (error.code === 'not_found' || error.code === 'invalid_request')) return false
      throw error
    }
  }

  get #audit(): AuditTrail {
    return this.#parts.audit ?? noAudit
  }

  /** Refused before there was a call. */
  #noteRefusal(action: string, error: unknown): void {
    if (!(error instanceof AppError && error.code === 'rate_limited')) return
    this.#audit.note({ ...deedOf(this.scope, this.#callContext()), action, outcome: 'denied', code: error.code })
  }

  /** Whoever hears of a memory's changes by its id is told what becomes of it, whosesoever it is. */
  #noteSubscription(memoryId: string, isGranted: boolean): void {
    const deed = { ...deedOf(this.scope, this.#callContext()), action: 'subscribe', object: { kind: 'memory', ids: [memoryId] } } as const
    this.#audit.note(isGranted ? { ...deed, outcome: 'ok' } : { ...deed, outcome: 'denied', code: 'not_found' })
  }

  #record(tool: string, ok: boolean, durationMs: number): void {
    this.#statistics.countCall(ok, durationMs)
    const seenAtMs = this.#statistics.seen()
    this.#parts.bus.publish({
      event: {
        type: 'call-answered',
        at: toIso(seenAtMs),
        session_id: this.id,
        agent_id: this.scope.agentId,
        namespace: this.scope.namespace,
        transport: this.transport,
        tool: tool.slice(0, 80).toWellFormed(),
        ok,
        duration_ms: Math.round(durationMs * 1000) / 1000,
      },
      agentId: this.scope.agentId,
    })
  }
}
