import { ROOT_CONTEXT, SpanKind, SpanStatusCode, TraceFlags, isSpanContextValid, trace } from '@opentelemetry/api'
import type { Span, SpanContext, Tracer as OtelTracer } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, ParentBasedSampler, TraceIdRatioBasedSampler, TracerProvider } from '@opentelemetry/sdk-trace'
import type { SpanExporter } from '@opentelemetry/sdk-trace'
import { messageOf } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import { activeSpan, noSpan, withinSpan } from '../../base/tracer.ts'
import type { OpenSpan, SpanFacts, SpanStart, Tracer } from '../../base/tracer.ts'

export interface TracingOptions {
  /** OTLP over HTTP. */
  readonly url: string
  /** 0..1: share of the traces that begin here. */
  readonly ratio: number
  /** May hold a token: never shown or logged. */
  readonly headers: Readonly<Record<string, string>>
}

export interface OtlpTracerOptions extends TracingOptions {
  readonly version: string
  readonly log: Log
  /** For tests: how long spans are gathered before they are sent, in milliseconds. */
  readonly gatherMs?: number
}

/** Spans that wait to be sent at most; of more, new ones are dropped. */
const MAX_WAITING = 4_096
const GATHER_MS = 2_000
const SEND_BUDGET_MS = 5_000
const CLOSE_BUDGET_MS = 2_000
const KINDS = { server: SpanKind.SERVER, internal: SpanKind.INTERNAL, client: SpanKind.CLIENT } as const

/** Sends spans to a receiver of OTLP over HTTP, in batches, beside the work. What cannot be sent is dropped. */
export class OtlpTracer implements Tracer {
  readonly isOn = true
  readonly #provider: TracerProvider
  readonly #tracer: OtelTracer

  constructor({ url, ratio, headers, version, log, gatherMs = GATHER_MS }: OtlpTracerOptions) {
    const exporter = new OTLPTraceExporter({ url, headers: { ...headers }, timeoutMillis: SEND_BUDGET_MS })
    this.#provider = new TracerProvider({
      resource: resourceFromAttributes({ 'service.name': 'tmws', 'service.version': version }),
      // Who began a trace has decided whether it is recorded.
      sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
      spanLimits: { attributeCountLimit: 32, attributeValueLengthLimit: 256, linkCountLimit: 4 },
      spanProcessors: [
        new BatchSpanProcessor({
          exporter: sayingWhatFails(exporter, log),
          maxQueueSize: MAX_WAITING,
          scheduledDelayMillis: gatherMs,
          exportTimeoutMillis: SEND_BUDGET_MS,
        }),
      ],
    })
    this.#tracer = this.#provider.getTracer('tmws', version)
  }

  begin(name: string, { kind = 'internal', traceparent, facts = {}, isPart = false }: SpanStart = {}): OpenSpan {
    const active = activeSpan()
    const around = active instanceof OtlpSpan ? active.context : undefined
    if (isPart && !around) return noSpan
    const remote = remoteContext(traceparent)
    // A caller that says which trace it is in is believed, unless that is where we are already.
    const isElsewhere = remote !== undefined && remote.traceId !== around?.traceId
    const parent = isElsewhere ? remote : around
    const span = this.#tracer.startSpan(
      name,
      { kind: KINDS[kind], attributes: { ...facts }, ...(isElsewhere && around && { links: [{ context: around }] }) },
      parent ? trace.setSpanContext(ROOT_CONTEXT, parent) : ROOT_CONTEXT,
    )
    return new OtlpSpan(span)
  }

  async close(): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const tooLate = new Promise<void>((resolve) => (timer = setTimeout(resolve, CLOSE_BUDGET_MS)))
    const sent = this.#provider.shutdown().catch(() => undefined)
    await Promise.race([sent, tooLate])
    clearTimeout(timer)
  }
}

class OtlpSpan implements OpenSpan {
  readonly context: SpanContext
  readonly #span: Span
  #hasEnded = false

  constructor(span: Span) {
    this.#span = span
    this.context = span.spanContext()
  }

  get traceId(): string {
    return this.context.traceId
  }

  run<T>(work: () => T): T {
    return withinSpan(this, work)
  }

  add(facts: SpanFacts): void {
    this.#span.setAttributes({ ...facts })
  }

  end(error?: string): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    if (error !== undefined) this.#span.setAttribute('error.type', error).setStatus({ code: SpanStatusCode.ERROR })
    this.#span.end()
  }
}

/** W3C Trace Context level 1, section 3.2; later versions may have more parts. */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?$/

function remoteContext(traceparent: string | undefined): SpanContext | undefined {
  const [, traceId, spanId, flags] = TRACEPARENT.exec(traceparent?.trim() ?? '') ?? []
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined
  const context = { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & TraceFlags.SAMPLED, isRemote: true }
  return isSpanContextValid(context) ? context : undefined
}

/** One line when traces begin to be lost, and one when they arrive again. */
function sayingWhatFails(exporter: OTLPTraceExporter, log: Log): SpanExporter {
  let isLosing = false
  const outcome = (error: Error | undefined): void => {
    if (error && !isLosing) log.warn({ reason: messageOf(error) }, 'traces cannot be sent and are dropped until they can')
    if (!error && isLosing) log.info({}, 'traces arrive again')
    isLosing = error !== undefined
  }
  return {
    export: (spans, done) => {
      exporter.export(spans, (result) => {
        // 0: ExportResultCode.SUCCESS of @opentelemetry/core.
        outcome(!result.error && (result.code as number) === 0 ? undefined : (result.error ?? new Error('the receiver refused them')))
        done(result)
      })
    },
    forceFlush: () => exporter.forceFlush(),
    shutdown: () => exporter.shutdown(),
  }
}
