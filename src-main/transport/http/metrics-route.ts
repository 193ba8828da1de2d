import type { FastifyInstance } from 'fastify'
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client'
import type { EventBus } from '../../base/event-bus.ts'
import { isToolName } from '../../contract/tools.ts'
import { mountEventLoopLag } from './event-loop-lag.ts'

/** Numbers that others count. */
export interface MetricSources {
  readonly sessions: () => number
  /** Connections that were ended because they answered no ping. */
  readonly silentPeers: () => number
}

/** `GET /metrics` in the Prometheus format: requests by route, tool calls, sessions, the process. Returns the function that stops counting. */
export function mountMetrics(app: FastifyInstance, bus: EventBus, sources: MetricSources): () => void {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const requests = new Histogram({
    name: 'tmws_http_request_duration_seconds',
    help: 'HTTP requests by route, method and status.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5],
    registers: [registry],
  })
  const calls = new Histogram({
    name: 'tmws_tool_call_duration_seconds',
    help: 'Tool calls by tool, transport and outcome.',
    labelNames: ['tool', 'transport', 'outcome'],
    buckets: [0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5],
    registers: [registry],
  })
  const memoryEvents = new Counter({
    name: 'tmws_memory_events_total',
    help: 'Changes of memories by kind.',
    labelNames: ['type'],
    registers: [registry],
  })
  new Gauge({
    name: 'tmws_sessions',
    help: 'Live connections.',
    registers: [registry],
    collect() {
      this.set(sources.sessions())
    },
  })
  new Counter({
    name: 'tmws_silent_peers_total',
    help: 'Connections that were ended because they answered no ping in time.',
    registers: [registry],
    collect() {
      this.reset()
      this.inc(sources.silentPeers())
    },
  })
  const closedSessions = new Counter({
    name: 'tmws_sessions_closed_total',
    help: 'Connections that ended.',
    registers: [registry],
  })
  const stopMeasuring = mountEventLoopLag(registry)
  const unsubscribe = bus.subscribe(({ event }) => {
    if (event.type === 'call-answered') {
      calls.observe(
        { tool: isToolName(event.tool) ? event.tool : 'unknown', transport: event.transport, outcome: event.ok ? 'ok' : 'error' },
        event.duration_ms / 1000,
      )
    } else if (event.type === 'session-closed') closedSessions.inc()
    else if (event.type.startsWith('memory-')) memoryEvents.inc({ type: event.type })
  })
  app.addHook('onResponse', (request, reply, done) => {
    // The route's pattern, not the URL: labels must stay few.
    requests.observe(
      { method: request.method, route: request.routeOptions.url ?? 'unknown', status: reply.statusCode },
      reply.elapsedTime / 1000,
    )
    done()
  })
  app.get('/metrics', async (_request, reply) => reply.type(registry.contentType).send(await registry.metrics()))
  return () => {
    unsubscribe()
    stopMeasuring()
  }
}
