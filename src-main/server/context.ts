import { systemClock, toIso } from '../base/clock.ts'
import type { Clock } from '../base/clock.ts'
import type { EventBus } from '../base/event-bus.ts'
import type { Log } from '../base/log.ts'
import type { Meter } from '../base/meter.ts'
import { ResourceStack } from '../base/resource-stack.ts'
import type { ExecutionService } from '../coordination/workflows/execution-service.ts'
import type { ServerConfig } from '../config/config.ts'
import { OWNER_SCOPE } from '../contract/scope.ts'
import { createMap } from './map-parts.ts'
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
import { HttpServer } from '../transport/http/http-server.ts'
import { EventFeed } from '../transport/ws/event-feed.ts'
import { McpSocketServer } from '../transport/ws/mcp-socket-server.ts'
import { createAdmission } from './admission-parts.ts'
import { connectRefusal, createConnections } from './connect/create-connections.ts'
import type { Connections } from './connect/connections.ts'
import { buildCore, storeOptions } from './core-parts.ts'
import { embedderOptions } from './embedder-options.ts'
import { agentTokenKeys } from './tokens/agent-token-keys.ts'
import { deskOf } from './tokens/token-desk.ts'
import { LiveConfig } from './settings/live-config.ts'
import { SettingsService } from './settings/settings-service.ts'
import { announceModels } from './model-announcer.ts'
import { INSTALLED, VERSION } from './install-paths.ts'
import { markPlace } from './last-place.ts'
import { mountGauges } from './telemetry/gauges.ts'
import { openTelemetry } from './telemetry/telemetry.ts'
import { watchEmbedder, watchLimiter, watchSessions, watchStores } from './telemetry/watched-ports.ts'
import { LoopBeat } from './vitals/loop-beat.ts'
import { Vitals } from './vitals/vitals.ts'

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
  readonly ownerCookie: string
  /** What the settings of this server make of it, now. */
  readonly config: ServerConfig
  readonly addresses: { apiUrl?: string; wsUrl?: string }
  readonly vitals: Vitals
  readonly meter: Meter
  /** Settles when the store has stopped for good without having been asked to. */
  readonly storeDied: Promise<Error> | undefined
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

async function buildParts(start: ServerConfig, log: Log, overrides: Overrides, resources: ResourceStack): Promise<ServerContext> {
  const live = new LiveConfig(start)
  const { config } = live
  live.onChange(({ log: { level } }) => log.setLevel?.(level))
  const clock = overrides.clock ?? systemClock
  const openedStores = overrides.stores ?? (await openStores(storeOptions(config, log)))
  const { redis, rateLimit } = config
  const opened = await openState({ sessions: openedStores.sessions, rateLimit, clock, log, ...(redis && { redis }) })
  const bus = overrides.bus ?? opened.bus
  const telemetry = await openTelemetry({
    version: VERSION,
    storage: openedStores.memories.capabilities.label,
    slowMs: config.log.slowMs,
    ...(config.tracing && { tracing: config.tracing }),
    bus,
    log,
  })
  resources.own('telemetry', telemetry, (part) => part.close())
  const { meter, tracer, watch } = telemetry
  const stores = watchStores(openedStores, watch)
  const state = {
    ...opened,
    bus,
    limiter: watchLimiter(opened.limiter, () => meter.rateLimited()),
    limiterOf: (...of: Parameters<typeof opened.limiterOf>) => watchLimiter(opened.limiterOf(...of), () => meter.rateLimited()),
    sessions: watchSessions(opened.sessions, watch),
  }
  state.onHealthChange((health) => announceState(health, bus, clock))
  const embedder = watchEmbedder(overrides.embedder ?? openEmbedder(embedderOptions(config, log)), watch)
  const addresses: ServerContext['addresses'] = {}
  const { maxConnections, maxConnectionsPerAgent } = config.ws
  const onImported = (): void => {
    indexer.poke()
    workflows.lookAgain()
  }
  const moving = createMoving(config, { stores, bus, clock, log, onImported })
  const core = buildCore(config, log, resources, {
    stores,
    embedder,
    watch,
    mayChangeModel: true,
    state,
    clock,
    limits: {
      // Followed while the server runs.
      get idleTimeoutSeconds() {
        return config.sessions.idleTimeoutSeconds
      },
      resumeTtlSeconds: config.sessions.resumeTtlSeconds,
      maxConnections,
      maxConnectionsPerAgent,
    },
    backupProblem: () => moving.schedule?.problem,
    network: { apiRequests: () => http.requestCount, wsUrl: () => addresses.wsUrl },
  })
  const { store, models, indexer, report, probe, sessions, workflows, audit } = core
  resources.own('model announcements', announceModels(models, bus, clock), (stop) => stop())
  // What a stand-in does about credentials follows what the server does.
  live.onChange(() => refreshPlace(config, log))
  if (moving.schedule) resources.own('backup schedule', moving.schedule, (part) => part.close()).start()
  indexer.poke()
  workflows.start()

  const map = createMap({ stores, models, bus, clock, log, resources })
  const vitals = new Vitals(
    probe,
    resources.own('loop beat', new LoopBeat(), (part) => part.close()),
  )
  const { guard, hosts, tokenWatch, protectedResource, ownerToken, ownerCookie } = createAdmission(config, {
    ...core,
    bus,
    clock,
    log,
    resources,
  })
  const { pingIntervalMs, pingTimeoutMs } = config.ws
  const transportLog = log.child('transport')
  const feed = new EventFeed({
    guard,
    tokenWatch,
    bus,
    clock,
    log: transportLog,
    version: VERSION,
    pingIntervalMs,
    pingTimeoutMs,
    maxListeners: maxConnections,
    meter,
  })
  const keys = agentTokenKeys(config.runtimeFile, () => Promise.resolve(deskOf(core.tokens)))
  const http: HttpServer = new HttpServer(
    {
      guard,
      hosts,
      tokenWatch,
      ...(protectedResource && { protectedResource }),
      sessions,
      feed,
      health: () => report.health(),
      vitals,
      meter,
      tracer,
      moving: moving.service,
      audit,
      auditExport: core.auditReader,
      clients: {
        service: overrides.connections ?? createConnections(config, { keys }),
        needsToken: config.auth.enabled,
        refusal: connectRefusal(config),
      },
      settings: new SettingsService(start, live),
      map,
      log: transportLog,
    },
    { ...config.api, version: VERSION, dashboardFolder: overrides.dashboardFolder ?? INSTALLED.dashboardFolder },
  )
  const sockets = config.ws.enabled
    ? new McpSocketServer({ guard, tokenWatch, sessions, bus, meter, log: transportLog }, { ...config.ws, version: VERSION })
    : undefined
  mountGauges(meter.registry, {
    sessions: () => sessions.list(OWNER_SCOPE).map(({ transport }) => transport),
    silentPeers: () => sockets?.silentCount ?? 0,
    queues: {
      http: () => http.runningCount,
      tools: () => watch.running('tool'),
      store: () => watch.running('store'),
      embedding: () => watch.running('embedding'),
      events: () => bus.waitingCount ?? 0,
    },
    indexBacklog: async () => {
      const { modelId, dimensions } = models.report
      return dimensions > 0 ? store.countWithoutVectors(modelId, toIso(clock.now())) : undefined
    },
    health: () => report.health(),
    ...(stores.pool && { pool: stores.pool }),
    ...(redis && { redisIsUp: () => state.health().problem === undefined }),
  })
  const { executions } = workflows
  const { died: storeDied } = stores
  return {
    ...core,
    config,
    resources,
    embedder,
    executions,
    http,
    sockets,
    ownerToken,
    ownerCookie,
    addresses,
    vitals,
    meter,
    storeDied,
  }
}

function refreshPlace(config: ServerConfig, log: Log): void {
  try {
    markPlace(config)
  } catch (error) {
    log.warn({ err: error }, 'the note for bridges could not be written')
  }
}

function announceState({ problem }: StateHealth, bus: EventBus, clock: Clock): void {
  const status = problem === undefined ? 'healthy' : 'degraded'
  bus.publish({
    event: { type: 'health-changed', at: toIso(clock.now()), part: 'state', status, ...(problem !== undefined && { message: problem }) },
  })
}
