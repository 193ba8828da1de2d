import type { ServerEvent } from '../../src-main/contract/events.ts'
import type { ToolInput, ToolName, ToolOutput } from '../../src-main/contract/tools.ts'
import type { Failure } from '../refusal.ts'
import { DEFAULT_TIMINGS } from '../timings.ts'
import type { Timings } from '../timings.ts'
import { checkOptions, invalidOption } from './client-options.ts'
import type { TmwsClientOptions } from './client-options.ts'
import { feedUrl, readEvents } from './event-stream.ts'
import { Listeners } from './listeners.ts'
import { McpLink } from './mcp-link.ts'
import type { ClientSession } from './client-session.ts'
import { PendingToolCalls } from './pending-tool-calls.ts'
import type { Platform } from './platform.ts'
import { REPEATABLE_TOOLS } from '../../src-main/contract/repeatable-tools.ts'
import type { Json } from './rpc-message.ts'
import { TmwsError, errorOfBody } from './tmws-error.ts'
import { ToolMethods } from './tool-methods.ts'
import type { CallOptions } from './tool-methods.ts'
import { CLIENT_VERSION, upgradeHeaders } from './upgrade-headers.ts'
import { Waiters } from './waiters.ts'

/** What `on` tells of, by name. */
export interface ClientEvents {
  /** A connection is ready, the first or another. */
  readonly connected: ClientSession
  /** A connection that was ready ended. `willReconnect` is false after `close()`, and after an idle time: then the next call connects. */
  readonly disconnected: { readonly code: number; readonly reason: string; readonly willReconnect: boolean }
  /** An attempt to connect failed; the next one comes by itself. */
  readonly 'attempt-failed': TmwsError
  /** The server told something, for example `notifications/resources/updated`. */
  readonly notification: { readonly method: string; readonly params: Json }
}

const DEFAULTS = { requestTimeoutMs: 30_000, connectTimeoutMs: 10_000, maxPendingCalls: 1_000 } as const

/**
 * A client of one server, with one identity: it connects, connects again and resumes its session by itself, and every call is settled
 * once. Node and browsers have it as `TmwsClient`, with their own platform.
 */
export class BaseClient extends ToolMethods implements AsyncDisposable {
  readonly #options: TmwsClientOptions
  readonly #platform: Platform
  readonly #timings: Timings
  readonly #headers: Readonly<Record<string, string>>
  readonly #link: McpLink
  readonly #calls: PendingToolCalls
  readonly #listeners = new Listeners<ClientEvents>()
  readonly #connecting = new Waiters<ClientSession>()
  readonly #closing = new AbortController()
  #wasConnected = false

  /**
   * Throws TmwsError `invalid_request` naming the option that cannot be right. Nothing connects yet.
   * @internal
   */
  constructor(options: TmwsClientOptions, platform: Platform, timings: Timings = DEFAULT_TIMINGS) {
    super()
    checkOptions(options)
    this.#options = { ...options }
    this.#platform = platform
    this.#timings = timings
    this.#headers = platform.sendsHeaders ? upgradeHeaders(options) : {}
    this.#calls = new PendingToolCalls(this.#lane(), options.maxPendingCalls ?? DEFAULTS.maxPendingCalls)
    this.#link = new McpLink(
      {
        open: (headers, handlers) => platform.openSocket(platform.wsUrl(this.#options), headers, handlers, timings),
        headers: this.#headers,
        clientInfo: options.clientInfo ?? { name: 'tmws-client', version: CLIENT_VERSION },
        timings,
      },
      {
        ready: (session) => this.#ready(session),
        answer: (id, result, error) => this.#calls.answer(id, result, error),
        notification: (method, params) => this.#listeners.tell('notification', { method, params }),
        lost: (code, reason, willReconnect) => this.#lost(code, reason, willReconnect),
        failed: (failure) => this.#failed(failure),
        isNeeded: () => this.#isNeeded,
      },
    )
  }

  /** The session of the connection; undefined while there is none. */
  get session(): ClientSession | undefined {
    return this.#link.session
  }

  /**
   * Connects, or waits for the connection that is being made. Calls connect by themselves too: this says early whether the server is
   * there. Throws `unavailable` when it is not within `connectTimeoutMs`, what the server refuses with, or the signal's reason.
   */
  connect({ signal }: { readonly signal?: AbortSignal } = {}): Promise<ClientSession> {
    if (this.#closing.signal.aborted) return Promise.reject(closed())
    if (this.#link.session) return Promise.resolve(this.#link.session)
    const timeoutMs = this.#options.connectTimeoutMs ?? DEFAULTS.connectTimeoutMs
    const connected = this.#connecting.wait({
      signal,
      timeoutMs,
      timedOut: () => {
        this.#restIfUnused()
        return this.#obstacle() ?? new TmwsError('unavailable', `There was no connection within ${timeoutMs} ms.`)
      },
    })
    this.#link.wake()
    return connected
  }

  override async call<N extends ToolName>(tool: N, args: ToolInput<N>, options: CallOptions = {}): Promise<ToolOutput<N>> {
    if (this.#closing.signal.aborted) throw closed()
    const answer = await this.#calls.add({
      tool,
      args,
      mayRepeat: REPEATABLE_TOOLS.has(tool),
      timeoutMs: options.timeoutMs ?? this.#options.requestTimeoutMs ?? DEFAULTS.requestTimeoutMs,
      signal: options.signal,
    })
    if (tool === 'switch_agent') this.#noteSwitch(answer as ToolOutput<'switch_agent'>) // as below
    return answer as ToolOutput<N> // the server checks what it answers by the contract
  }

  /** Calls `listener` from now on; returns what ends that. */
  on<Name extends keyof ClientEvents>(name: Name, listener: (event: ClientEvents[Name]) => void): () => void {
    return this.#listeners.add(name, listener)
  }

  /**
   * What happens at the server, as far as you may know of it: memories stored and changed, sessions, calls. Over a connection of its
   * own, which comes back when it is lost. After each `hello` events may have been missed. Ends with `signal`, `break` or `close()`.
   * Throws `invalid_request` without an `apiUrl`, or what the server refuses with.
   */
  events({ signal }: { readonly signal?: AbortSignal } = {}): AsyncGenerator<ServerEvent, void, undefined> {
    const apiUrl = this.#options.apiUrl ?? this.#platform.apiUrl()
    if (apiUrl === undefined) throw invalidOption('apiUrl', 'is needed for events, for example http://127.0.0.1:8000')
    return readEvents(
      (handlers) => this.#platform.openSocket(feedUrl(apiUrl), this.#headers, handlers, this.#timings),
      signal ? AbortSignal.any([signal, this.#closing.signal]) : this.#closing.signal,
      this.#timings,
    )
  }

  /** Ends the connection and rejects what is pending with `closed`. Idempotent. */
  async close(): Promise<void> {
    if (!this.#closing.signal.aborted) {
      const wasConnected = this.#link.session !== undefined
      this.#closing.abort(closed())
      this.#calls.close()
      this.#connecting.reject(closed())
      if (wasConnected) this.#listeners.tell('disconnected', { code: 1000, reason: 'The client was closed.', willReconnect: false })
    }
    await this.#link.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #lane() {
    return {
      isReady: () => this.#link.session !== undefined,
      send: (text: string) => this.#link.send(text),
      wake: () => this.#link.wake(),
      obstacle: () => this.#obstacle(),
      unanswered: () => this.#link.checkAlive(),
    }
  }

  #noteSwitch({ switched, agent }: ToolOutput<'switch_agent'>): void {
    if (switched) this.#link.becameAgent(agent.agent_id, agent.namespace)
  }

  #ready(session: ClientSession): void {
    this.#wasConnected = true
    this.#calls.sendWaiting()
    this.#connecting.resolve(session)
    this.#listeners.tell('connected', session)
  }

  #lost(code: number, reason: string, willReconnect: boolean): void {
    this.#listeners.tell('disconnected', { code, reason, willReconnect })
    this.#calls.lost(code)
  }

  #failed(failure: Failure): void {
    const error = errorOfBody(failure.body)
    if (failure.isFinal) {
      this.#calls.refuseWaiting(error)
      this.#connecting.reject(error)
    }
    this.#listeners.tell('attempt-failed', error)
    this.#restIfUnused()
  }

  get #isNeeded(): boolean {
    return this.#calls.size + this.#connecting.size > 0
  }

  /** A program that could not connect and waits for nothing is not kept alive by further attempts; the next call makes them. */
  #restIfUnused(): void {
    if (!this.#wasConnected && !this.#isNeeded) this.#link.rest()
  }

  #obstacle(): TmwsError | undefined {
    const obstacle = this.#link.obstacle
    return obstacle && !(obstacle instanceof TmwsError) ? errorOfBody(obstacle.body) : obstacle
  }
}

function closed(): TmwsError {
  return new TmwsError('closed', 'This client was closed; make another one.', { details: { outcome: 'not_sent' } })
}
