import { AsyncLocalStorage } from 'node:async_hooks'
import { withoutCallContext } from './call-context.ts'

/** What may be said of a span: numbers, names of tools, routes and operations, ids. Never a text, an argument, a name of an agent or a token. */
export type SpanFacts = Readonly<Record<string, string | number | boolean>>

export interface SpanStart {
  /** `server`: answers a request from outside. */
  readonly kind?: 'server' | 'internal' | 'client'
  /** W3C `traceparent` of the caller; ignored when it is not one. */
  readonly traceparent?: string | undefined
  readonly facts?: SpanFacts
  /** True: is made only within another. */
  readonly isPart?: boolean
}

/** One piece of work in a trace, from `begin` to `end`. */
export interface OpenSpan {
  /** 32 hexadecimal digits; absent when nothing is traced. */
  readonly traceId?: string
  /** Runs `work`; what it begins, and what it waits for, is part of this span. */
  run<T>(work: () => T): T
  add(facts: SpanFacts): void
  /** `error`: a code that says how it failed. Idempotent. */
  end(error?: string): void
}

/** PORT. Tells, outside of the process, what took how long within what. Never throws, and never waits for who is told. */
export interface Tracer {
  /** False: nothing is traced, and `begin` need not be called. */
  readonly isOn: boolean
  begin(name: string, start?: SpanStart): OpenSpan
  /** Sends what is left, for two seconds at most. */
  close(): Promise<void>
}

export const noSpan: OpenSpan = { run: (work) => work(), add: () => undefined, end: () => undefined }

export const noTracer: Tracer = { isOn: false, begin: () => noSpan, close: () => Promise.resolve() }

const spans = new AsyncLocalStorage<OpenSpan>()
const remoteParents = new AsyncLocalStorage<string>()

/** The span that the running code is part of. */
export function activeSpan(): OpenSpan | undefined {
  return spans.getStore()
}

/** For tracers: makes a span the active one. */
export function withinSpan<T>(span: OpenSpan, work: () => T): T {
  return spans.run(span, work)
}

/** Runs `work` for a caller that is in a trace of its own, and said so in a message (`_meta.traceparent` of MCP). */
export function withRemoteParent<T>(traceparent: unknown, work: () => T): T {
  return typeof traceparent === 'string' ? remoteParents.run(traceparent, work) : work()
}

/** What `withRemoteParent` was given. */
export function remoteParent(): string | undefined {
  return remoteParents.getStore()
}

/** Runs what goes on in the background as nobody's call and as part of no trace, whoever happened to wake it. */
export function inBackground<T>(work: () => T): T {
  return spans.exit(() => remoteParents.exit(() => withoutCallContext(work)))
}
