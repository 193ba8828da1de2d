import cors from '@fastify/cors'
import helmet from '@fastify/helmet'
import { fastify } from 'fastify'
import type { FastifyError, FastifyInstance, FastifyReply } from 'fastify'
import { once } from 'node:events'
import type { Duplex } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import type { IncomingMessage } from 'node:http'
import { AppError } from '../../base/errors.ts'
import type { EventBus } from '../../base/event-bus.ts'
import { newId } from '../../base/ids.ts'
import type { Log } from '../../base/log.ts'
import { HEADERS, LIMITS } from '../../contract/protocol.ts'
import type { Health } from '../../contract/session.ts'
import type { SessionManager } from '../../session/session-manager.ts'
import { bodyTooLarge, toHttpFailure } from '../error-mapping.ts'
import type { Guard } from '../guard.ts'
import type { HostCheck } from '../host-check.ts'
import { closeListener, toListenError } from '../listener.ts'
import type { EventFeed } from '../ws/event-feed.ts'
import { mountBodyDeadlines } from './body-deadlines.ts'
import { mountDashboard } from './dashboard-files.ts'
import { mountDocs } from './docs-routes.ts'
import { mountHealthRoutes } from './health-routes.ts'
import { mountMcpEndpoint } from './mcp-endpoint.ts'
import type { McpAnswerer } from './mcp-endpoint.ts'
import { mountMetrics } from './metrics-route.ts'
import { mountMovingRoutes } from './moving-routes.ts'
import type { MovingService } from './moving-routes.ts'
import { mountRestRoutes } from './rest-routes.ts'

export interface HttpServerParts {
  readonly guard: Guard
  readonly hosts: HostCheck
  readonly sessions: SessionManager
  readonly feed: EventFeed
  readonly bus: EventBus
  readonly health: () => Promise<Health>
  /** Connections of the WebSocket port that were ended because they answered no ping. */
  readonly silentPeers: () => number
  readonly log: Log
  /** Export, import and backups; absent where a test needs none. */
  readonly moving?: MovingService
  /** What answers MCP behind the guards; TMWS itself unless a test brings a server of its own. */
  readonly handler?: McpAnswerer
}

export interface HttpServerOptions {
  readonly host: string
  /** 0 picks a free port. */
  readonly port: number
  readonly version: string
  /** Folder of the built dashboard. */
  readonly dashboardFolder: string
}

/** Time a client has to send the head of a request, and then its body, in milliseconds: thirty seconds in all. */
const HEAD_TIMEOUT_MS = 10_000
const BODY_TIMEOUT_MS = 20_000
/** The longest silence in the body of a file that is imported, in milliseconds. */
const UPLOAD_SILENCE_MS = 30_000
/** How long the rest of a body that is too large is read and dropped, in milliseconds. */
const DROP_BODY_MS = 2_000
/** How long running requests may go on when the server stops, in milliseconds. */
const DRAIN_MS = 10_000

/** The REST port: REST, Streamable HTTP MCP, the event feed, health, metrics, documents and the dashboard. */
export class HttpServer {
  readonly #app: FastifyInstance
  readonly #parts: HttpServerParts
  readonly #options: HttpServerOptions
  #closeStreams: () => Promise<void> = () => Promise.resolve()
  #stopMetrics: () => void = () => undefined
  #running = 0
  #total = 0

  constructor(parts: HttpServerParts, options: HttpServerOptions) {
    this.#parts = parts
    this.#options = options
    this.#app = fastify({
      logger: false,
      bodyLimit: LIMITS.httpBodyBytes,
      // Node's limit is one for all; see body-deadlines.ts.
      requestTimeout: 0,
      genReqId: () => newId(),
      forceCloseConnections: true,
      routerOptions: { maxParamLength: 200 },
      // What fails before there is a route: a path that is no URL, or is too long.
      frameworkErrors: (error, request, reply) => {
        const { status, headers, body } = toHttpFailure(error, request.id)
        const answer = reply as unknown as FastifyReply // its generics stand for a route, and there is none yet
        void answer.code(status).headers(headers).header(HEADERS.requestId, request.id).send(body)
      },
    })
  }

  /** Requests since the start. */
  get requestCount(): number {
    return this.#total
  }

  /** Mounts everything and listens. Returns the port. Throws `conflict` when it is taken. */
  async listen(): Promise<number> {
    const app = this.#app
    app.server.headersTimeout = HEAD_TIMEOUT_MS
    mountBodyDeadlines(app, { bodyMs: BODY_TIMEOUT_MS, silenceMs: UPLOAD_SILENCE_MS })
    this.#mountGuards()
    await app.register(helmet, {
      contentSecurityPolicy: { directives: DASHBOARD_CSP },
      strictTransportSecurity: false,
      crossOriginEmbedderPolicy: false,
    })
    await app.register(cors, {
      origin: (origin, decide) => decide(null, origin !== undefined && this.#parts.hosts.isAllowedOrigin(origin)),
      methods: ['GET', 'POST', 'PATCH', 'DELETE'],
      allowedHeaders: CORS_HEADERS,
      exposedHeaders: ['X-Request-ID', 'Retry-After'],
    })
    this.#stopMetrics = mountMetrics(app, this.#parts.bus, {
      sessions: () => this.#parts.sessions.liveCount,
      silentPeers: this.#parts.silentPeers,
    })
    mountHealthRoutes(app, this.#parts.health)
    mountRestRoutes(app, this.#parts)
    if (this.#parts.moving) await mountMovingRoutes(app, { ...this.#parts, moving: this.#parts.moving })
    this.#closeStreams = mountMcpEndpoint(app, { ...this.#parts, version: this.#options.version })
    await mountDocs(app, this.#options.version)
    await mountDashboard(app, this.#parts.guard, this.#options.dashboardFolder)
    app.server.on(
      'upgrade',
      (request: IncomingMessage, socket: Duplex, head: Buffer) => void this.#parts.feed.upgrade(request, socket, head),
    )
    const { host, port } = this.#options
    try {
      await app.listen({ host, port })
    } catch (error) {
      throw toListenError(error as NodeJS.ErrnoException, host, port, 'REST', 'TMWS_API_PORT or --api-port')
    }
    const address = app.server.address()
    const actual = typeof address === 'object' && address !== null ? address.port : port
    this.#parts.hosts.ownPortIs(actual)
    return actual
  }

  /** Stops accepting, lets running requests finish for at most 10 s, then drops them. */
  async close(): Promise<void> {
    this.#stopMetrics()
    await this.#closeStreams()
    await Promise.all([this.#parts.feed.close(), closeListener(this.#app.server, () => this.#running === 0, DRAIN_MS)])
    await this.#app.close()
  }

  #mountGuards(): void {
    this.#app.addHook('onRequest', (request, reply, done) => {
      this.#running += 1
      this.#total += 1
      // `close` comes whatever happens to the answer; Fastify's own hook after an answer is skipped when the client has gone.
      reply.raw.once('close', () => (this.#running -= 1))
      void reply.header(HEADERS.requestId, request.id)
      this.#parts.guard.assertOurs(request.headers)
      // Known before anything of it is read, on every path alike.
      const limitBytes = request.routeOptions.bodyLimit
      if (Number(request.headers['content-length']) > limitBytes) throw bodyTooLarge(undefined, limitBytes)
      done()
    })
    this.#app.setErrorHandler(async (error: FastifyError, request, reply) => {
      const { status, headers, body } = toHttpFailure(error, request.id)
      if (status === 500) this.#parts.log.error({ err: error, request: request.id }, 'a request failed')
      if (status === 413) await drain(request.raw)
      return reply.code(status).headers(headers).send(body)
    })
    this.#app.setNotFoundHandler((request) => {
      throw new AppError('not_found', `There is no ${request.method} ${request.url.slice(0, 100).toWellFormed()}; /docs lists every path.`)
    })
  }
}

/** Node resets a client that is still sending when it is answered; what is left is read and dropped first, so that it sees the answer. */
async function drain(request: IncomingMessage): Promise<void> {
  request.resume()
  if (!request.complete) await Promise.race([once(request, 'end').catch(() => undefined), delay(DROP_BODY_MS, undefined, { ref: false })])
}

const CORS_HEADERS = [
  'Content-Type',
  'Authorization',
  'Accept',
  'X-Agent-ID',
  'X-Agent-Namespace',
  'X-Agent-Capabilities',
  'MCP-Protocol-Version',
  'Mcp-Method',
  'Mcp-Name',
  'Mcp-Session-Id',
  'Last-Event-ID',
]

/** Nothing from elsewhere, no inline script; the feed is a WebSocket of the same origin. */
const DASHBOARD_CSP = {
  defaultSrc: ["'self'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'"],
  imgSrc: ["'self'", 'data:'],
  connectSrc: ["'self'"],
  objectSrc: ["'none'"],
  baseUri: ["'none'"],
  formAction: ["'self'"],
  frameAncestors: ["'none'"],
  upgradeInsecureRequests: null,
}
