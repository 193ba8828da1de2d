import { HEADERS, JSON_RPC, WELCOME_METHOD } from '../../src-main/contract/protocol.ts'
import type { Failure } from '../refusal.ts'
import type { Timings } from '../timings.ts'
import { KeptSocket } from './kept-socket.ts'
import type { ClientSession } from './client-session.ts'
import type { ClientSocket, ClientSocketHandlers, Opening } from './platform.ts'
import { isRecord, readRpcError, readRpcMessage, readToolAnswer, rpcText } from './rpc-message.ts'
import type { Json, RpcMessage } from './rpc-message.ts'
import { TmwsError } from './tmws-error.ts'

const PROTOCOL_VERSION = '2025-11-25'
const INITIALIZE_ID = 'tmws-client:initialize'
const PING_ID = 'tmws-client:ping'
const SWITCH_ID = 'tmws-client:switch'

export interface McpLinkHandlers {
  /** The handshake is done: calls may be sent. */
  ready(session: ClientSession): void
  answer(id: unknown, result: unknown, error: unknown): void
  notification(method: string, params: Json): void
  /** A connection that had been ready ended. */
  lost(code: number, reason: string, willReconnect: boolean): void
  failed(failure: Failure): void
  isNeeded(): boolean
}

export interface McpLinkParts {
  readonly open: (headers: Readonly<Record<string, string>>, handlers: ClientSocketHandlers) => ClientSocket
  readonly headers: Readonly<Record<string, string>>
  readonly clientInfo: { readonly name: string; readonly version: string }
  readonly timings: Timings
}

/** MCP over a socket that comes back: shakes hands on every connection, and resumes the session where headers can say so. */
export class McpLink {
  readonly #parts: McpLinkParts
  readonly #handlers: McpLinkHandlers
  readonly #kept: KeptSocket
  #resumeToken: string | undefined
  #usedToken: string | undefined
  #lastSessionId: string | undefined
  #opening: Opening = {}
  #welcome: Json = {}
  #session: ClientSession | undefined
  #serverVersion: string | undefined
  #refusal: TmwsError | undefined
  /** Whom the caller has switched to: a connection that is somebody else must not carry its calls. */
  #actsAs: { readonly agentId: string; readonly namespace: string } | undefined
  #handshakeTimer: ReturnType<typeof setTimeout> | undefined
  #checkTimer: ReturnType<typeof setTimeout> | undefined
  #hasHeard = false

  constructor(parts: McpLinkParts, handlers: McpLinkHandlers) {
    this.#parts = parts
    this.#handlers = handlers
    this.#kept = new KeptSocket(
      (socketHandlers) => this.#open(socketHandlers),
      {
        opened: (opening) => this.#opened(opening),
        text: (text) => this.#text(text),
        lost: (code, reason, willReconnect) => this.#lost(code, reason, willReconnect),
        failed: (failure) => this.#failed(failure),
        isNeeded: () => handlers.isNeeded(),
      },
      parts.timings,
    )
  }

  /** Set while calls may be sent. */
  get session(): ClientSession | undefined {
    return this.#session
  }

  /** Why the last attempt failed: nobody there, or refused; or an answer to the handshake that was an error. */
  get obstacle(): Failure | TmwsError | undefined {
    return this.#kept.obstacle ?? this.#refusal
  }

  /** The server has made this session another agent's. */
  becameAgent(agentId: string, namespace: string): void {
    this.#actsAs = { agentId, namespace }
    if (this.#session) this.#session = { ...this.#session, agentId, namespace }
  }

  wake(): void {
    this.#kept.wake()
  }

  rest(): void {
    this.#kept.rest()
  }

  /** Sends one JSON-RPC message; nothing happens without a connection. */
  send(text: string): void {
    this.#kept.send(text)
  }

  /** Asks whether the server still hears us, and leaves the connection if nothing at all comes back in time. */
  checkAlive(): void {
    if (!this.#session || this.#checkTimer !== undefined) return
    this.#hasHeard = false
    this.#say({ id: PING_ID, method: 'ping' })
    this.#checkTimer = setTimeout(() => {
      this.#checkTimer = undefined
      if (!this.#hasHeard) this.#kept.drop()
    }, this.#parts.timings.pongWithinMs)
  }

  close(): Promise<void> {
    this.#stopTimers()
    this.#session = undefined
    return this.#kept.close()
  }

  #open(handlers: ClientSocketHandlers): ClientSocket {
    this.#usedToken = this.#resumeToken
    const headers = { ...this.#parts.headers, ...(this.#usedToken !== undefined && { [HEADERS.sessionResume]: this.#usedToken }) }
    return this.#parts.open(headers, handlers)
  }

  #opened(opening: Opening): void {
    this.#opening = opening
    this.#welcome = {}
    // A token works once: without a new one there is nothing to resume next time.
    this.#resumeToken = opening.resumeToken
    const params = { protocolVersion: PROTOCOL_VERSION, capabilities: {}, clientInfo: this.#parts.clientInfo }
    this.#say({ id: INITIALIZE_ID, method: 'initialize', params })
    this.#handshakeTimer = setTimeout(() => this.#kept.drop(), this.#parts.timings.replayWithinMs)
  }

  #text(text: string): void {
    this.#hasHeard = true
    const message = readRpcMessage(text)
    if (message?.kind === 'answer') this.#answer(message)
    else if (message?.kind === 'notification') this.#notification(message.method, message.params)
    else if (message?.method === 'ping') this.#say({ id: message.id, result: {} })
    else if (message)
      this.#say({ id: message.id, error: { code: JSON_RPC.methodNotFound, message: `This client has no ${message.method}.` } })
  }

  #answer({ id, result, error }: Extract<RpcMessage, { kind: 'answer' }>): void {
    if (id === INITIALIZE_ID) this.#shakenHands(result, error)
    else if (id === SWITCH_ID) this.#switchedBack(readToolAnswer(result, error))
    else if (id !== PING_ID) this.#handlers.answer(id, result, error)
  }

  #shakenHands(result: unknown, error: unknown): void {
    if (error !== undefined) {
      this.#leave(readRpcError(error))
      return
    }
    this.#say({ method: 'notifications/initialized' })
    const server = isRecord(result) && isRecord(result['serverInfo']) ? result['serverInfo'] : {}
    this.#serverVersion = textOrNothing(server['version'])
    const agentId = this.#actsAs?.agentId
    if (agentId === undefined || agentId === this.#welcome['agent_id']) this.#ready()
    else this.#say({ id: SWITCH_ID, method: 'tools/call', params: { name: 'switch_agent', arguments: { agent_id: agentId } } })
  }

  #switchedBack(answer: Json | TmwsError): void {
    if (answer instanceof TmwsError) this.#leave(answer)
    else this.#ready()
  }

  #ready(): void {
    this.#stopTimers()
    this.#refusal = undefined
    const sessionId = this.#opening.sessionId ?? textOrNothing(this.#welcome['session_id'])
    this.#session = {
      sessionId,
      agentId: this.#actsAs?.agentId ?? textOrNothing(this.#welcome['agent_id']),
      namespace: this.#actsAs?.namespace ?? textOrNothing(this.#welcome['namespace']),
      serverVersion: this.#serverVersion,
      isResumed: sessionId !== undefined && sessionId === this.#lastSessionId,
    }
    this.#lastSessionId = sessionId
    this.#handlers.ready(this.#session)
  }

  /** This connection is of no use; another one may be. */
  #leave(refusal: TmwsError): void {
    this.#refusal = refusal
    this.#kept.drop()
  }

  #notification(method: string, params: Json): void {
    if (method === WELCOME_METHOD) this.#welcome = params
    else this.#handlers.notification(method, params)
  }

  #lost(code: number, reason: string, willReconnect: boolean): void {
    this.#stopTimers()
    const wasReady = this.#session !== undefined
    this.#session = undefined
    if (wasReady) this.#handlers.lost(code, reason, willReconnect)
  }

  #failed(failure: Failure): boolean {
    // A server that no longer knows the session may refuse its token and still take us as new.
    if (this.#usedToken !== undefined && failure.isFinal) {
      this.#resumeToken = undefined
      return true
    }
    this.#handlers.failed(failure)
    return false
  }

  #say(message: Json): void {
    this.#kept.send(rpcText(message))
  }

  #stopTimers(): void {
    clearTimeout(this.#handshakeTimer)
    clearTimeout(this.#checkTimer)
    this.#checkTimer = undefined
  }
}

function textOrNothing(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
