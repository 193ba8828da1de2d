// A server for `npm run conformance` only: the fixtures of the MCP conformance suite behind our own listener, guards and endpoint.
// Prints its URL as the one line on stdout, and runs until it is ended.
import { createMcpHandler } from '@modelcontextprotocol/server'
import { systemClock } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import { LocalEventBus } from '../../base/event-bus.ts'
import { silentLog } from '../../base/log.ts'
import { DEFAULT_HOST, LIMITS, MCP_HTTP_PATH } from '../../contract/protocol.ts'
import { unlimited } from '../../base/rate-limiter.ts'
import type { SessionParts } from '../../session/session.ts'
import { SessionManager } from '../../session/session-manager.ts'
import { HostCheck } from '../host-check.ts'
import { HttpServer } from '../http/http-server.ts'
import { TokenWatch } from '../token-watch.ts'
import { EventFeed } from '../ws/event-feed.ts'
import { createFixtureServer } from './conformance-mcp.ts'
import { withLegacySessions } from './conformance-sessions.ts'
import { openGuard } from './open-guard.ts'

const VERSION = '0.0.0'
const MAX_CONNECTIONS = 16

const bus = new LocalEventBus(silentLog)
const hosts = new HostCheck({ bindHosts: [DEFAULT_HOST], corsOrigins: [] })
const { guard } = openGuard({ hosts })
const tokenWatch = new TokenWatch({ bus, clock: systemClock, log: silentLog, ended: () => Promise.resolve([]) })
const nothing: unknown = {} // tools are never asked for: every MCP request goes to the fixtures
const stored = { serveAs: () => undefined } as unknown // nor are stored sessions, which only hear who serves them
const sessions = new SessionManager(
  { runner: nothing as SessionParts['runner'], limiter: unlimited, bus, clock: systemClock, awake: systemClock, log: silentLog },
  stored as ConstructorParameters<typeof SessionManager>[1],
  { maxConnections: MAX_CONNECTIONS, maxConnectionsPerAgent: MAX_CONNECTIONS, idleTimeoutSeconds: 3_600, resumeTtlSeconds: 0 },
)
const modern = createMcpHandler(({ era }) => createFixtureServer(era, () => modern.notify), {
  legacy: 'reject',
  maxRequestBodySize: LIMITS.httpBodyBytes,
})
const feed = new EventFeed({
  guard,
  tokenWatch,
  bus,
  clock: systemClock,
  log: silentLog,
  version: VERSION,
  pingIntervalMs: 30_000,
  pingTimeoutMs: 30_000,
  maxListeners: MAX_CONNECTIONS,
})
const server = new HttpServer(
  {
    guard,
    tokenWatch,
    hosts,
    sessions,
    feed,
    health: () => Promise.reject(new AppError('not_found', 'Only MCP is served here.')),
    vitals: { live: () => ({ isOk: true }), ready: () => Promise.resolve({ isOk: true }) },
    log: silentLog,
    handler: withLegacySessions(modern),
  },
  { host: DEFAULT_HOST, port: 0, version: VERSION, dashboardFolder: import.meta.dirname },
)
const port = await server.listen()
process.stdout.write(`http://${DEFAULT_HOST}:${port}${MCP_HTTP_PATH}\n`)
