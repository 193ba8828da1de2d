import cors from '@fastify/cors'
import helmet from '@fastify/helmet'
import { fastify } from 'fastify'
import type { FastifyError, FastifyInstance, FastifyReply } from 'fastify'
import { once } from 'node:events'
import type { Duplex } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import type { IncomingMessage } from 'node:http'
import type { AuditTrail } from '../../base/audit-trail.ts'
import { AppError } from '../../base/errors.ts'
import { newId } from '../../base/ids.ts'
import type { Log } from '../../base/log.ts'
import type { Meter } from '../../base/meter.ts'
import { noTracer } from '../../base/tracer.ts'
import type { Tracer } from '../../base/tracer.ts'
import type { VitalSigns } from '../../base/vital-signs.ts'
import { HEADERS, LIMITS } from '../../contract/protocol.ts'
import type { Health } from '../../contract/session.ts'
import type { SessionManager } from '../../session/session-manager.ts'
import { noteFailure } from '../access-log.ts'
import { bodyTooLarge, toHttpFailure } from '../error-mapping.ts'
import type { Guard } from '../guard.ts'
import type { HostCheck } from '../host-check.ts'
import { closeListener, toListenError } from '../listener.ts'
import type { TokenWatch } from '../token-watch.ts'
import type { EventFeed } from '../ws/event-feed.ts'
import { mountAuditRoutes } from './audit-routes.ts'
import type { AuditExporter } from './audit-routes.ts'
import { mountBodyDeadlines } from './body-deadlines.ts'
import { mountClientRoutes } from './client-routes.ts'
import type { ClientRouteParts } from './client-routes.ts'
import { mountDashboard } from './dashboard-files.ts'
import { mountDocs } from './docs-routes.ts'
import { mountHealthRoutes } from './health-routes.ts'
import { mountMapRoutes } from './map-routes.ts'
import type { MapPort } from './map-routes.ts'
import { mountMcpEndpoint } from './mcp-endpoint.ts'
import type { McpAnswerer } from './mcp-endpoint.ts'
import { mountMetrics } from './metrics-route.ts'
import { mountMovingRoutes } from './moving-routes.ts'
import type { MovingService } from './moving-routes.ts'
import { mountProtectedResource } from './protected-resource-routes.ts'
import { mountRequestRecords } from './request-records.ts'
import { pathOfTarget } from './request-target.ts'
import { mountRestRoutes } from './rest-routes.ts'
import { mountSettingsRoutes } from './settings-routes.ts'
import type { SettingsPort } from './settings-routes.ts'
import { answerUnreadable, isWebSocketHandshake } from './unreadable-requests.ts'

export interface HttpServerParts {
  readonly guard: Guard
  readonly tokenWatch: TokenWatch
  /** What a client is told that asks how to sign in (RFC 9728). */
  readonly protectedResource?: Readonly<Record<string, unknown>>
  readonly hosts: HostCheck
  readonly sessions: SessionManager
  readonly feed: EventFeed
  readonly health: () => Promise<Health>
  readonly vitals: VitalSigns
  /** Absent where a test needs no numbers; then there is no /metrics either. */
  readonly meter?: Meter
  readonly tracer?: Tracer
  readonly log: Log
  /** Export, import and backups; absent where a test needs none. */
  readonly moving?: MovingService
  /** Hears of what the routes without a tool do. */
  readonly audit?: AuditTrail
  /** Reads the audit log out; absent where a test needs none. */
  readonly auditExport?: AuditExporter
  /** Wiring of this machine's clients; absent where a test needs none. */
  readonly clients?: ClientRouteParts['clients']
  /** Settings of the running server; absent where a test needs none. */
  readonly settings?: SettingsPort
  /** Maps and graphs; absent where a test needs none. */
  readonly map?: MapPort
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
/** How long browsers remember that this server is reached over TLS only, in seconds. */
const HSTS_SECONDS = 180 * 86_400
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
      // Node before 24.9 does not know it, and hands every offer to the event feed.
      http: { shouldUpgradeCallback: isWebSocketHandshake },
      clientErrorHandler: answerUnreadable,
      rewriteUrl: pathOfTarget,
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

  /** Requests under way. */
  get runningCount(): number {
    return this.#running
  }

  /** Mounts everything and listens. Returns the port. Throws `conflict` when it is taken. */
  async listen(): Promise<number> {
    const app = this.#app
    app.server.headersTimeout = HEAD_TIMEOUT_MS
    mountBodyDeadlines(app, { bodyMs: BODY_TIMEOUT_MS, silenceMs: UPLOAD_SILENCE_MS })
    this.#mountGuards()
    await app.register(helmet, {
      contentSecurityPolicy: { directives: DASHBOARD_CSP },
      strictTransportSecurity: this.#parts.hosts.isServedSecurely && { maxAge: HSTS_SECONDS },
      crossOriginEmbedderPolicy: false,
    })
    await app.register(cors, {
      origin: (origin, decide) => decide(null, origin !== undefined && this.#parts.hosts.isAllowedOrigin(origin)),
      methods: ['GET', 'POST', 'PATCH', 'DELETE'],
      allowedHeaders: CORS_HEADERS,
      exposedHeaders: ['X-Request-ID', 'Retry-After'],
    })
    if (this.#parts.meter) mountMetrics(app, this.#parts.meter, this.#parts.guard)
    mountHealthRoutes(app, this.#parts.health, this.#parts.vitals)
    if (this.#parts.protectedResource) mountProtectedResource(app, this.#parts.protectedResource)
    mountRestRoutes(app, this.#parts)
    if (this.#parts.moving) await mountMovingRoutes(app, { ...this.#parts, moving: this.#parts.moving })
    if (this.#parts.auditExport) mountAuditRoutes(app, { ...this.#parts, auditExport: this.#parts.auditExport })
    if (this.#parts.clients) mountClientRoutes(app, { ...this.#parts, clients: this.#parts.clients })
    if (this.#parts.settings) mountSettingsRoutes(app, { ...this.#parts, settings: this.#parts.settings })
    if (this.#parts.map) mountMapRoutes(app, { ...this.#parts, map: this.#parts.map })
    this.#closeStreams = mountMcpEndpoint(app, { ...this.#parts, version: this.#options.version })
    await mountDocs(app, this.#options.version)
    await mountDashboard(app, this.#parts.guard, this.#options.dashboardFolder, this.#parts.audit)
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
    await this.#closeStreams()
    await Promise.all([this.#parts.feed.close(), closeListener(this.#app.server, () => this.#running === 0, DRAIN_MS)])
    await this.#app.close()
  }

  #mountGuards(): void {
    const { log, tracer = noTracer } = this.#parts
    mountRequestRecords(this.#app, {
      tracer,
      log: log.child('access'),
      addressOf: (request) => this.#parts.guard.addressOf(request),
    })
    this.#app.addHook('onRequest', (request, reply, done) => {
      this.#running += 1
      this.#total += 1
      reply.raw.once('close', () => (this.#running -= 1))
      void reply.header(HEADERS.requestId, request.id)
      const check = async (): Promise<void> => {
        await this.#parts.guard.assertOurs(request.raw)
        // Known before anything of it is read, on every path alike.
        const limitBytes = request.routeOptions.bodyLimit
        if (Number(request.headers['content-length']) > limitBytes) throw bodyTooLarge(undefined, limitBytes)
      }
      void check().then(() => done(), done)
    })
    this.#app.setErrorHandler(async (error: FastifyError, request, reply) => {
      const { status, headers, body } = toHttpFailure(error, request.id)
      noteFailure(this.#parts.meter, 'http', body.error.code)
      if (status === 500) log.error({ err: error }, 'a request failed')
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
