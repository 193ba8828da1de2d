import { performance } from 'node:perf_hooks'
import type { Clock } from '../base/clock.ts'
import { toIso } from '../base/clock.ts'
import { AppError } from '../base/errors.ts'
import type { EventBus } from '../base/event-bus.ts'
import type { Log } from '../base/log.ts'
import type { AgentSwitch } from '../contract/agent.ts'
import { LIMITS } from '../contract/protocol.ts'
import type { Scope } from '../contract/scope.ts'
import type { SessionInfo, TransportKind } from '../contract/session.ts'
import type { ToolContract } from '../contract/tools/tool-contract.ts'
import type { CallerView, ToolContext } from '../tools/tool.ts'
import type { ToolRunner } from '../tools/tool-runner.ts'
import { LatencyWindow } from './latency-window.ts'
import type { RateLimiter } from './rate-limiter.ts'
import { ResourceSubscriptions } from './resource-subscriptions.ts'

/** Who connects, as the guard made it out. */
export interface Caller {
  readonly scope: Scope
  readonly transport: TransportKind
  readonly capabilities: Readonly<Record<string, unknown>>
  /** Name and version of the client program, when it gave one. */
  readonly client?: string
  /** True when a token proves the agent: it cannot become another. */
  readonly isBound?: boolean
}

export interface SessionParts {
  readonly runner: ToolRunner
  readonly limiter: RateLimiter
  readonly bus: EventBus
  readonly clock: Clock
  readonly log: Log
}

export interface CallOptions extends Partial<Pick<ToolContext, 'signal' | 'origin' | 'report'>> {
  /** `rest` also reaches the tools that models are not offered. */
  readonly audience?: 'model' | 'rest'
}

/** Switches of identity that a session remembers. */
const SWITCHES_KEPT = 5

/** One client: who it is, what it did, and its one way to the tools. */
export class Session implements CallerView {
  readonly id: string
  readonly transport: TransportKind
  readonly capabilities: Readonly<Record<string, unknown>>
  /** Whom it connected as; `scope` is whom it acts as now. */
  readonly connectedAs: { readonly agentId: string; readonly namespace: string }
  readonly startedAtMs: number
  readonly #parts: SessionParts
  readonly #abort = new AbortController()
  readonly #subscriptions: ResourceSubscriptions
  readonly #latency = new LatencyWindow(128)
  readonly #isBound: boolean
  readonly #switches: AgentSwitch[] = []
  #scope: Scope
  #switchCount = 0
  #client: string | undefined
  #lastSeenAtMs: number
  #pending = 0
  #requests = 0
  #errors = 0
  #bytesIn = 0
  #bytesOut = 0

  constructor(id: string, caller: Caller, parts: SessionParts, resumed?: { readonly startedAtMs: number; readonly scope: Scope }) {
    this.id = id
    this.#scope = resumed?.scope ?? caller.scope
    this.connectedAs = { agentId: caller.scope.agentId, namespace: caller.scope.namespace }
    this.#isBound = caller.isBound ?? false
    this.transport = caller.transport
    this.capabilities = caller.capabilities
    this.#client = caller.client
    this.#parts = parts
    const { bus, clock } = parts
    this.#subscriptions = new ResourceSubscriptions({ bus, clock, scope: () => this.#scope, isVisible: (id) => this.#canSee(id) })
    this.#lastSeenAtMs = parts.clock.now()
    this.startedAtMs = resumed?.startedAtMs ?? this.#lastSeenAtMs
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
  }

  get lastSeenAtMs(): number {
    return this.#lastSeenAtMs
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
  admit(): Promise<void> {
    this.#lastSeenAtMs = this.#parts.clock.now()
    return this.#parts.limiter.admit(this.scope.agentId)
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
    try {
      const signal = options.signal ? AbortSignal.any([this.#abort.signal, options.signal]) : this.#abort.signal
      const result = await this.#parts.runner.call(
        tool,
        args,
        { scope: this.scope, caller: this, signal, log: this.#parts.log, origin: options.origin, report: options.report },
        options.audience ?? 'model',
      )
      ok = true
      return result
    } finally {
      this.#pending -= 1
      this.#record(tool, ok, performance.now() - start)
    }
  }

  countBytes(inbound: number, outbound: number): void {
    this.#bytesIn += inbound
    this.#bytesOut += outbound
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
      started_at: toIso(this.startedAtMs),
      last_seen_at: toIso(Math.max(this.startedAtMs, this.#lastSeenAtMs)),
      requests: this.#requests,
      errors: this.#errors,
      bytes_in: this.#bytesIn,
      bytes_out: this.#bytesOut,
      latency_ms: this.#latency.percentiles(),
      ...(this.#client !== undefined && { client: this.#client }),
    }
  }

  /** Ends it: running calls are cancelled. The transport closes its socket itself. */
  end(): void {
    this.#subscriptions.close()
    this.#abort.abort(new AppError('unavailable', 'The connection has ended.'))
  }

  /** Whether it may read a memory. Unlike reading it, this counts as no access. */
  async #canSee(memoryId: string): Promise<boolean> {
    try {
      await this.call('get_memory_links', { memory_id: memoryId }, { audience: 'rest' })
      return true
    } catch (error) {
      if (error instanceof AppError && (error.code === 'not_found' || error.code === 'invalid_request')) return false
      throw error
    }
  }

  #record(tool: string, ok: boolean, durationMs: number): void {
    this.#lastSeenAtMs = this.#parts.clock.now()
    this.#requests += 1
    if (!ok) this.#errors += 1
    this.#latency.add(durationMs)
    this.#parts.bus.publish({
      event: {
        type: 'call-answered',
        at: toIso(this.#lastSeenAtMs),
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
