import { systemClock, toIso } from '../base/clock.ts'
import type { Clock } from '../base/clock.ts'
import type { EventBus } from '../base/event-bus.ts'
import { newSecret } from '../base/ids.ts'
import type { Log } from '../base/log.ts'
import { ResourceStack } from '../base/resource-stack.ts'
import type { ExecutionService } from '../coordination/workflows/execution-service.ts'
import type { ServerConfig } from '../config/config.ts'
import { createMoving } from './moving/create-moving.ts'
import type { Embedder } from '../embedding/embedder.ts'
import { openEmbedder } from '../embedding/open-embedder.ts'
import type { VectorIndexer } from '../memory/vector-indexer.ts'
import type { SessionManager } from '../session/session-manager.ts'
import type { MemoryStore } from '../storage/memory-store.ts'
import { openState } from '../storage/open-state.ts'
import type { StateHealth } from '../storage/open-state.ts'
import { openStores } from '../storage/open-stores.ts'
import type { Stores } from '../storage/open-stores.ts'
import { Guard } from '../transport/guard.ts'
import { HostCheck } from '../transport/host-check.ts'
import { HttpServer } from '../transport/http/http-server.ts'
import { EventFeed } from '../transport/ws/event-feed.ts'
import { McpSocketServer } from '../transport/ws/mcp-socket-server.ts'
import { connectRefusal, createConnections } from './connect/create-connections.ts'
import type { Connections } from './connect/connections.ts'
import { buildCore, storeOptions } from './core-parts.ts'
import { embedderOptions } from './embedder-options.ts'
import { announceModels } from './model-announcer.ts'
import { INSTALLED, VERSION } from './install-paths.ts'
import { JwtVerifier, noTokens } from './jwt-verifier.ts'

/** Parts a test or a host may bring instead of those the configuration names. */
export interface Overrides {
  readonly stores?: Stores
  readonly embedder?: Embedder
  readonly clock?: Clock
  /** Instead of the bus of the state. */
  readonly bus?: EventBus
  readonly dashboardFolder?: string
  /** Instead of the clients of this machine. */
  readonly connections?: Connections
}

/** Every part of a running server. Made once, in order; closed in reverse. */
export interface ServerContext {
  readonly resources: ResourceStack
  readonly store: MemoryStore
  readonly embedder: Embedder
  readonly indexer: VectorIndexer
  readonly sessions: SessionManager
  readonly executions: ExecutionService
  readonly http: HttpServer
  readonly sockets: McpSocketServer | undefined
  readonly ownerToken: string
  readonly addresses: { apiUrl?: string; wsUrl?: string }
}

/** Builds the server's parts from its configuration. Nothing listens yet. Throws what opening the store throws. */
export async function buildContext(config: ServerConfig, log: Log, overrides: Overrides = {}): Promise<ServerContext> {
  const resources = new ResourceStack(log)
  try {
    return await buildParts(config, log, overrides, resources)
  } catch (error) {
    await resources.close()
    throw error
  }
}

async function buildParts(config: ServerConfig, log: Log, overrides: Overrides, resources: ResourceStack): Promise<ServerContext> {
  const clock = overrides.clock ?? systemClock
  const stores = overrides.stores ?? (await openStores(storeOptions(config, log)))
  const { redis, rateLimit } = config
  const opened = await openState({ sessions: stores.sessions, rateLimit, clock, log, ...(redis && { redis }) })
  const bus = overrides.bus ?? opened.bus
  const state = { ...opened, bus }
  state.onHealthChange((health) => announceState(health, bus, clock))
  const embedder = overrides.embedder ?? openEmbedder(embedderOptions(config, log))
  const addresses: ServerContext['addresses'] = {}
  const { maxConnections, maxConnectionsPerAgent } = config.ws
  const onImported = (): void => {
    indexer.poke()
    workflows.lookAgain()
  }
  const moving = createMoving(config, { stores, bus, clock, log, onImported })
  const { store, models, indexer, report, sessions, workflows } = buildCore(config, log, resources, {
    stores,
    embedder,
    mayChangeModel: true,
    state,
    clock,
    limits: { ...config.sessions, maxConnections, maxConnectionsPerAgent },
    backupProblem: () => moving.schedule?.problem,
    network: { apiRequests: () => http.requestCount, wsUrl: () => addresses.wsUrl },
  })
  resources.own('model announcements', announceModels(models, bus, clock), (stop) => stop())
  if (moving.schedule) resources.own('backup schedule', moving.schedule, (part) => part.close()).start()
  indexer.poke()
  workflows.start()

  const ownerToken = newSecret()
  const hosts = new HostCheck({ bindHosts: [config.api.host, config.ws.host], corsOrigins: config.corsOrigins })
  const verifier = config.auth.secretKey === undefined ? noTokens : new JwtVerifier(config.auth.secretKey)
  const guard = new Guard(hosts, verifier, { authEnabled: config.auth.enabled, ownerToken, ownerCookie: newSecret() })
  const { pingIntervalMs, pingTimeoutMs } = config.ws
  const transportLog = log.child('transport')
  const feed = new EventFeed({
    guard,
    bus,
    clock,
    log: transportLog,
    version: VERSION,
    pingIntervalMs,
    pingTimeoutMs,
    maxListeners: maxConnections,
  })
  const http: HttpServer = new HttpServer(
    {
      guard,
      hosts,
      sessions,
      feed,
      bus,
      health: () => report.health(),
      silentPeers: () => sockets?.silentCount ?? 0,
      moving: moving.service,
      clients: { service: overrides.connections ?? createConnections(config), refusal: connectRefusal(config) },
      log: transportLog,
    },
    { ...config.api, version: VERSION, dashboardFolder: overrides.dashboardFolder ?? INSTALLED.dashboardFolder },
  )
  const sockets = config.ws.enabled
    ? new McpSocketServer({ guard, sessions, bus, log: transportLog }, { ...config.ws, version: VERSION })
    : undefined
  return { resources, store, embedder, indexer, sessions, executions: workflows.executions, http, sockets, ownerToken, addresses }
}

function announceState({ problem }: StateHealth, bus: EventBus, clock: Clock): void {
  const status = problem === undefined ? 'healthy' : 'degraded'
  bus.publish({
    event: { type: 'health-changed', at: toIso(clock.now()), part: 'state', status, ...(problem !== undefined && { message: problem }) },
  })
}
