import { createServer } from 'node:http'
import { performance } from 'node:perf_hooks'
import type { IncomingMessage, Server as HttpServer, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import { WebSocketServer } from 'ws'
import type { WebSocket } from 'ws'
import { AppError } from '../../base/errors.ts'
import type { EventBus } from '../../base/event-bus.ts'
import type { Log } from '../../base/log.ts'
import { withCallContext } from '../../base/call-context.ts'
import { newId } from '../../base/ids.ts'
import type { Meter } from '../../base/meter.ts'
import { ERROR_TABLE } from '../../contract/errors.ts'
import {
  CLOSE_CODES,
  HEADERS,
  LIMITS,
  MCP_SUBPROTOCOL,
  MCP_WS_PATHS,
  RESOURCE_UPDATED_METHOD,
  WELCOME_METHOD,
} from '../../contract/protocol.ts'
import { createMcpServer } from '../../session/mcp-session.ts'
import type { Caller, Session } from '../../session/session.ts'
import type { DisconnectReason, OpenedSession, SessionManager } from '../../session/session-manager.ts'
import { logConnection, noteRefusedUpgrade } from '../access-log.ts'
import type { Access } from '../access-log.ts'
import type { Guard } from '../guard.ts'
import type { TokenWatch } from '../token-watch.ts'
import { closeListener, listen } from '../listener.ts'
import { Heartbeat } from './heartbeat.ts'
import { tellMissed } from './missed-notices.ts'
import { tellAssignees } from './task-notices.ts'
import { pathOf, refuseConnection } from '../refused-connection.ts'
import { WsMcpTransport } from './ws-mcp-transport.ts'

export interface McpSocketOptions {
  readonly host: string
  /** 0 picks a free port. */
  readonly port: number
  readonly maxConnections: number
  readonly maxMessageBytes: number
  readonly pingIntervalMs: number
  readonly pingTimeoutMs: number
  readonly version: string
}

export interface McpSocketParts {
  readonly guard: Guard
  readonly tokenWatch: TokenWatch
  readonly sessions: SessionManager
  readonly bus: EventBus
  readonly meter?: Meter
  readonly log: Log
}

/** How long running calls may go on when the server stops, in milliseconds. */
const DRAIN_MS = 10_000
/** How long peers have to answer the close frame, in milliseconds. */
const CLOSE_WAIT_MS = 1_000
/** How long a client has to send its whole upgrade request, in milliseconds. */
const UPGRADE_TIMEOUT_MS = 10_000

interface Connection {
  readonly socket: WebSocket
  readonly transport: WsMcpTransport
  readonly session: Session
}

/** The WebSocket port: MCP in both protocol eras and the plain JSON-RPC methods, one session a connection. */
export class McpSocketServer {
  readonly #parts: McpSocketParts
  readonly #options: McpSocketOptions
  readonly #http: HttpServer
  readonly #wss: WebSocketServer
  readonly #heartbeat: Heartbeat
  readonly #connections = new Set<Connection>()
  readonly #stopTelling: () => void
  readonly #accessLog: Log
  #upgrades = 0
  #isStopping = false

  constructor(parts: McpSocketParts, options: McpSocketOptions) {
    this.#parts = parts
    this.#options = options
    this.#accessLog = parts.log.child('access')
    this.#http = createServer(
      { headersTimeout: UPGRADE_TIMEOUT_MS, requestTimeout: UPGRADE_TIMEOUT_MS, connectionsCheckingInterval: 2_000 },
      answerPlainHttp,
    )
    // Beyond what may be open or under way, sockets are dropped before they cost anything.
    this.#http.maxConnections = options.maxConnections + LIMITS.pendingUpgrades
    this.#http.on('upgrade', (request, socket, head) => void this.#upgrade(request, socket, head))
    this.#wss = new WebSocketServer({
      noServer: true,
      maxPayload: options.maxMessageBytes,
      perMessageDeflate: false,
      // One frame a turn of the event loop: who sends a flood of them waits for the others between any two.
      allowSynchronousEvents: false,
      handleProtocols: (offered) => (offered.has(MCP_SUBPROTOCOL) ? MCP_SUBPROTOCOL : false),
    })
    this.#heartbeat = new Heartbeat({ intervalMs: options.pingIntervalMs, timeoutMs: options.pingTimeoutMs })
    this.#stopTelling = tellAssignees(parts.bus, this.#connections)
  }

  /** Returns the port it listens on. Throws `conflict` when the port is taken. */
  listen(): Promise<number> {
    return listen(this.#http, this.#options.host, this.#options.port, 'WebSocket', 'TMWS_WS_PORT or --ws-port')
  }

  get connectionCount(): number {
    return this.#connections.size
  }

  /** Connections that were ended because they answered no ping. */
  get silentCount(): number {
    return this.#heartbeat.silentCount
  }

  /** Stops accepting, lets running calls finish for at most 10 s, closes every socket with 1001. */
  async close(): Promise<void> {
    this.#isStopping = true
    this.#heartbeat.close()
    this.#stopTelling()
    for (const { transport } of this.#connections) transport.drain()
    const end = Date.now() + DRAIN_MS
    while (Date.now() < end && [...this.#connections].some(({ session }) => session.pendingCount > 0)) await delay(20)
    // The answers of the last calls are written in the turns after their calls end.
    await delay(5)
    for (const { socket } of this.#connections) socket.close(CLOSE_CODES.goingAway, 'The server is stopping.')
    await closeListener(this.#http, () => this.#connections.size === 0, CLOSE_WAIT_MS)
    for (const { socket } of this.#connections) socket.terminate()
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    // A peer that vanishes during the checks must not take the process along.
    socket.on('error', () => socket.destroy())
    const access = accessTo(request, this.#parts.guard.addressOf(request))
    let opened: OpenedSession | undefined
    this.#upgrades += 1
    try {
      if (this.#upgrades > LIMITS.pendingUpgrades)
        throw new AppError('unavailable', 'Too many clients connect at once; try again in a moment.')
      assertPath(request)
      await this.#parts.guard.assertOurs(request)
      const isBridge = (request.headers['user-agent'] ?? '').startsWith('tmws-bridge/')
      const caller = await this.#parts.guard.identify(request, isBridge ? 'bridge' : 'websocket')
      const holder: { connection?: Connection } = {}
      // Before a resume secret is spent: who is refused may come back with it.
      await this.#parts.sessions.admit(caller)
      this.#assertRunning()
      opened = await this.#parts.sessions.open(
        caller,
        (reason, why) => this.#disconnect(holder.connection, reason, why),
        resumeSecretOf(request),
      )
      // Asked last: a stop may have begun during the checks.
      this.#assertRunning()
      this.#accept(request, socket, head, opened, holder)
      if (holder.connection) {
        this.#endWithToken(holder.connection, caller)
        this.#logEnd(holder.connection, access)
      }
    } catch (error) {
      if (opened) await this.#parts.sessions.close(opened.session, 'refused')
      if (!(error instanceof AppError)) this.#parts.log.error({ err: error }, 'an upgrade failed')
      noteRefusedUpgrade(this.#accessLog, this.#parts.meter, access(), error)
      refuseConnection(socket, error)
    } finally {
      this.#upgrades -= 1
    }
  }

  /** One line for a connection, once it is over. */
  #logEnd({ socket, session }: Connection, access: () => Access): void {
    socket.once('close', (code) =>
      withCallContext({ requestId: newId(), sessionId: session.id, agentId: session.scope.agentId }, () =>
        logConnection(this.#accessLog, access(), { code, calls: session.info().requests }),
      ),
    )
  }

  #endWithToken(connection: Connection, caller: Caller): void {
    const unwatch = this.#parts.tokenWatch.watch(caller, (why) => this.#disconnect(connection, 'signed-out', why))
    connection.socket.once('close', unwatch)
  }

  #assertRunning(): void {
    if (this.#isStopping) throw new AppError('unavailable', 'The server is stopping; connect again in a moment.')
  }

  #accept(request: IncomingMessage, socket: Duplex, head: Buffer, opened: OpenedSession, holder: { connection?: Connection }): void {
    const { session, resumeSecret } = opened
    const addHeaders = (headers: string[], about: IncomingMessage): void => {
      if (about === request)
        headers.push(`X-Session-ID: ${session.id}`, ...(resumeSecret === undefined ? [] : [`X-Session-Resume: ${resumeSecret}`]))
    }
    // `handleUpgrade` is synchronous up to its callback, so the listener serves this request only.
    this.#wss.once('headers', addHeaders)
    let isAccepted = false
    this.#wss.handleUpgrade(request, socket, head, (ws) => {
      isAccepted = true
      holder.connection = this.#serve(ws, opened, request.headers[HEADERS.agentId] !== undefined)
    })
    this.#wss.off('headers', addHeaders)
    // A malformed handshake is answered by `ws` itself.
    // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- set in the callback above
    if (!isAccepted) void this.#parts.sessions.close(session, 'bad handshake')
  }

  #serve(socket: WebSocket, opened: OpenedSession, isNamed: boolean): Connection {
    const { session, resumeSecret, isResumed } = opened
    const { sessions, log } = this.#parts
    const transport = new WsMcpTransport(socket, session)
    const connection: Connection = { socket, transport, session }
    this.#connections.add(connection)
    const { notices } = session
    this.#heartbeat.watch(socket, { onPing: () => notices.pinged(), onPong: () => notices.ponged() })
    if (isResumed) {
      const confirm = (): void => sessions.confirm(session)
      socket.once('message', confirm)
      socket.once('pong', confirm)
    }
    socket.on('close', (code) => {
      this.#connections.delete(connection)
      // Any code but this one came in a frame, or answers one of ours: the client was there.
      if (code !== CLOSE_CODES.lost) sessions.confirm(session)
      void sessions.close(session, `closed with ${code}`)
    })
    socket.on('error', (error) => log.debug({ err: error, session: session.id }, 'a socket failed'))
    serveStdio(({ era }) => createMcpServer(session, this.#options.version, era), {
      transport,
      onerror: (error) => log.debug({ err: error, session: session.id }, 'a protocol error'),
    })
    if (isNamed) socket.send(welcome(session, resumeSecret, isResumed, this.#options.version))
    if (isResumed) this.#goOn(connection, opened.knownUntilMs)
    return connection
  }

  /** A client that is back hears at once of what it missed, and from now on of what it is subscribed to, whatever it says first. */
  #goOn({ socket, session, transport }: Connection, knownUntilMs: number | undefined): void {
    session.subscriptions.deliverTo((uri) => transport.notify(RESOURCE_UPDATED_METHOD, { uri }))
    const tell = tellMissed(session, (method, params) => transport.notify(method, params), knownUntilMs)
    // The pong says that the client has the next secret and these notices.
    void tell.finally(() => this.#heartbeat.ping(socket))
  }

  #disconnect(connection: Connection | undefined, reason: DisconnectReason, why?: string): void {
    if (!connection) return
    const { socket } = connection
    // The client has resumed elsewhere: the old socket is dead or about to be.
    if (reason === 'replaced') socket.terminate()
    else if (reason === 'idle') socket.close(CLOSE_CODES.idleTimeout, 'Idle for too long.')
    else if (reason === 'signed-out') socket.close(ERROR_TABLE.unauthenticated.closeCode, why)
    else if (reason === 'stopping') socket.close(CLOSE_CODES.goingAway, 'The server is stopping.')
    else socket.close(CLOSE_CODES.disconnected, closeReason(why))
    // A peer that is gone does not answer the close frame either.
    setTimeout(() => socket.terminate(), CLOSE_WAIT_MS).unref()
  }
}

/** A close frame has room for 123 bytes (RFC 6455 section 5.5). */
function closeReason(why: string | undefined): string {
  const text = why === undefined ? 'Disconnected by an administrator.' : `Disconnected: ${why}`
  return new TextDecoder().decode(Buffer.from(text).subarray(0, 120), { stream: true })
}

/** What is written of a request to upgrade, when it is over. */
function accessTo(request: IncomingMessage, address: string | undefined): () => Access {
  const start = performance.now()
  return () => ({ method: 'UPGRADE', url: request.url ?? '/', durationMs: performance.now() - start, address })
}

function assertPath(request: IncomingMessage): void {
  const path = pathOf(request)
  if (!MCP_WS_PATHS.includes(path))
    throw new AppError('not_found', `MCP is spoken at ${MCP_WS_PATHS.join(' and ')} (got ${path.slice(0, 100)}).`)
}

function resumeSecretOf(request: IncomingMessage): string | undefined {
  const value = request.headers[HEADERS.sessionResume]
  return typeof value === 'string' && value.length > 0 && value.length <= 128 ? value : undefined
}

function welcome(session: Session, resumeToken: string | undefined, isResumed: boolean, version: string): string {
  return JSON.stringify({
    jsonrpc: '2.0',
    method: WELCOME_METHOD,
    params: {
      session_id: session.id,
      server_version: version,
      agent_id: session.scope.agentId,
      namespace: session.scope.namespace,
      capabilities: session.capabilities,
      ...(resumeToken !== undefined && { resume_token: resumeToken }),
      message: isResumed ? 'Welcome back to TMWS; your session goes on.' : 'Welcome to TMWS.',
    },
  })
}

function answerPlainHttp(_request: IncomingMessage, response: ServerResponse): void {
  const text = JSON.stringify({
    error: { code: 'invalid_request', message: 'This port speaks MCP over WebSocket; connect with a WebSocket client.' },
  })
  response.writeHead(426, { 'content-type': 'application/json; charset=utf-8', upgrade: 'websocket', connection: 'close' }).end(text)
}
