import type { Log } from '../../base/log.ts'
import { noTracer } from '../../base/tracer.ts'
import type { Tracer } from '../../base/tracer.ts'
import type { TracingOptions } from './otlp-tracer.ts'

/** The tracer of the settings. Without any, nothing of OpenTelemetry is loaded. */
export async function openTracer(options: TracingOptions | undefined, version: string, log: Log): Promise<Tracer> {
  if (!options) return noTracer
  const { OtlpTracer } = await import('./otlp-tracer.ts')
  return new OtlpTracer({ ...options, version, log: log.child('tracing') })
}
