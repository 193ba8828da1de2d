import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client'
import type { EventBus } from '../../base/event-bus.ts'
import type { FailurePlace, Meter } from '../../base/meter.ts'
import type { Work } from '../../base/work-watch.ts'
import { isToolName } from '../../contract/tools.ts'
import { mountEventLoopLag } from './event-loop-lag.ts'

/** Reasons of denials that are told apart; further ones count as `other`, so that no mistake fills the store of metrics. */
const MAX_REASONS = 32

/** The numbers of a running server. Labels are few fixed words: no agent, no id, no path but the patterns of routes. */
export class PrometheusMeter implements Meter {
  readonly registry = new Registry()
  readonly #requests = new Histogram({
    name: 'tmws_http_request_duration_seconds',
    help: 'HTTP requests by route, method and status.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5],
    registers: [this.registry],
  })
  readonly #calls = new Histogram({
    name: 'tmws_tool_call_duration_seconds',
    help: 'Tool calls by tool, transport and outcome.',
    labelNames: ['tool', 'transport', 'outcome'],
    buckets: [0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5],
    registers: [this.registry],
  })
  readonly #storeCalls = new Histogram({
    name: 'tmws_store_call_duration_seconds',
    help: 'Calls of the store by operation and outcome, the wait for their turn included.',
    labelNames: ['operation', 'outcome'],
    buckets: [0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5],
    registers: [this.registry],
  })
  readonly #embeddings = new Histogram({
    name: 'tmws_embedding_duration_seconds',
    help: 'Calls of the embedding model by operation (query, texts) and outcome, the wait for their turn included.',
    labelNames: ['operation', 'outcome'],
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30],
    registers: [this.registry],
  })
  readonly #embeddedTexts = this.#counter('tmws_embedded_texts_total', 'Texts that were embedded, by operation (query, texts).', [
    'operation',
  ])
  readonly #failures = this.#counter('tmws_errors_total', 'Failures and refusals by code and place (http, upgrade, tool).', [
    'place',
    'code',
  ])
  readonly #denials = this.#counter('tmws_denials_total', 'Callers that were kept out, by reason.', ['reason'])
  readonly #limited = this.#counter('tmws_rate_limited_total', 'Requests that were refused because their agent made too many.')
  readonly #memoryEvents = this.#counter('tmws_memory_events_total', 'Changes of memories by kind.', ['type'])
  readonly #opened = this.#counter('tmws_sessions_opened_total', 'Connections that were opened or resumed, by transport.', ['transport'])
  readonly #closed = this.#counter('tmws_sessions_closed_total', 'Connections that ended.')
  readonly #reasons = new Set<string>()
  readonly #stop: (() => void)[] = []

  constructor(build: { readonly version: string; readonly storage: string }, bus: EventBus) {
    collectDefaultMetrics({ register: this.registry })
    this.#stop.push(
      mountEventLoopLag(this.registry),
      bus.subscribe(({ event }) => this.#hear(event)),
    )
    const info = new Gauge({
      name: 'tmws_build_info',
      help: 'Always 1; its labels say what runs.',
      labelNames: ['version', 'node', 'storage'],
      registers: [this.registry],
    })
    info.set({ ...build, node: process.versions.node }, 1)
    // What may never happen must be there as 0, or its first time is no increase.
    for (const code of ['internal', 'unavailable']) for (const place of ['http', 'upgrade', 'tool']) this.#failures.inc({ place, code }, 0)
    for (const reason of ['unauthenticated', 'forbidden']) this.denial(reason, 0)
  }

  request({ method, route, status, durationMs }: Parameters<Meter['request']>[0]): void {
    this.#requests.observe({ method, route, status }, durationMs / 1000)
  }

  failure(place: FailurePlace, code: string): void {
    this.#failures.inc({ place, code })
  }

  denial(reason: string, count = 1): void {
    const isKnown = this.#reasons.has(reason) || (this.#reasons.size < MAX_REASONS && /^[a-z][a-z0-9_]{0,40}$/.test(reason))
    if (isKnown) this.#reasons.add(reason)
    this.#denials.inc({ reason: isKnown ? reason : 'other' }, count)
  }

  rateLimited(): void {
    this.#limited.inc()
  }

  /** A watched call has ended. Those of tools are timed from the bus, which knows their transport. */
  workEnded(work: Work, durationMs: number, code: string | undefined): void {
    const { kind, operation } = work
    const outcome = code === undefined ? 'ok' : 'error'
    if (kind === 'store') this.#storeCalls.observe({ operation, outcome }, durationMs / 1000)
    else if (kind === 'embedding') {
      this.#embeddings.observe({ operation, outcome }, durationMs / 1000)
      if (code === undefined) this.#embeddedTexts.inc({ operation }, work.size ?? 0)
    } else if (code !== undefined) {
      this.failure('tool', code)
      if (code === 'forbidden') this.denial('forbidden')
    }
  }

  async read(): Promise<{ readonly contentType: string; readonly text: string }> {
    return { contentType: this.registry.contentType, text: await this.registry.metrics() }
  }

  close(): void {
    for (const stop of this.#stop.splice(0)) stop()
  }

  #hear(event: Parameters<Parameters<EventBus['subscribe']>[0]>[0]['event']): void {
    if (event.type === 'call-answered') {
      const tool = isToolName(event.tool) ? event.tool : 'unknown'
      this.#calls.observe({ tool, transport: event.transport, outcome: event.ok ? 'ok' : 'error' }, event.duration_ms / 1000)
    } else if (event.type === 'session-opened') this.#opened.inc({ transport: event.session.transport })
    else if (event.type === 'session-closed') this.#closed.inc()
    else if (event.type.startsWith('memory-')) this.#memoryEvents.inc({ type: event.type })
  }

  #counter<const L extends string = never>(name: string, help: string, labelNames: readonly L[] = []): Counter<L> {
    return new Counter({ name, help, labelNames: [...labelNames], registers: [this.registry] })
  }
}
