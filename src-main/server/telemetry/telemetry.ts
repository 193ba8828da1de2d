import type { EventBus } from '../../base/event-bus.ts'
import type { Log } from '../../base/log.ts'
import type { Tracer } from '../../base/tracer.ts'
import { openTracer } from './open-tracer.ts'
import type { TracingOptions } from './otlp-tracer.ts'
import { PrometheusMeter } from './prometheus-meter.ts'
import { WorkMonitor } from './work-monitor.ts'

export interface Telemetry {
  readonly meter: PrometheusMeter
  readonly tracer: Tracer
  readonly watch: WorkMonitor
  close(): Promise<void>
}

export interface TelemetryOptions {
  readonly version: string
  /** Label of the store, such as "SQLite". */
  readonly storage: string
  readonly slowMs: number
  readonly tracing?: TracingOptions
  readonly bus: EventBus
  readonly log: Log
}

/** What watches a server at work: numbers, traces, and lines about what was slow. Never throws over a receiver of traces that is not there. */
export async function openTelemetry({ version, storage, slowMs, tracing, bus, log }: TelemetryOptions): Promise<Telemetry> {
  const tracer = await openTracer(tracing, version, log)
  const meter = new PrometheusMeter({ version, storage }, bus)
  const watch = new WorkMonitor({ tracer, log, slowMs, onEnd: (work, durationMs, code) => meter.workEnded(work, durationMs, code) })
  const close = async (): Promise<void> => {
    meter.close()
    await tracer.close()
  }
  return { meter, tracer, watch, close }
}
