import { performance } from 'node:perf_hooks'
import { callContext } from '../../base/call-context.ts'
import { AppError } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import { remoteParent } from '../../base/tracer.ts'
import type { OpenSpan, SpanFacts, Tracer } from '../../base/tracer.ts'
import type { Work, WorkWatch } from '../../base/work-watch.ts'

export interface WorkMonitorParts {
  readonly tracer: Tracer
  readonly log: Log
  /** Told of each call that ended; `code` is absent when it went well. */
  readonly onEnd: (work: Work, durationMs: number, code: string | undefined) => void
  /** What takes longer is logged as slow, in milliseconds; 0: nothing is. */
  readonly slowMs: number
}

/** Lines about failures of one kind come no oftener than this, in milliseconds: a store that is down fails every call. */
const FAILURE_LINE_MS = 1_000
const SUBJECTS = { store: 'the store', embedding: 'the embedding model', tool: 'a tool' } as const

/** Times each call of the layers below, puts it into its trace, and writes a line when it was slow or broke. */
export class WorkMonitor implements WorkWatch {
  readonly #parts: WorkMonitorParts
  readonly #running = { store: 0, embedding: 0, tool: 0 }
  readonly #failureLines = { store: new FailureLines(), embedding: new FailureLines(), tool: new FailureLines() }

  constructor(parts: WorkMonitorParts) {
    this.#parts = parts
  }

  /** Calls under way or waiting. */
  running(kind: Work['kind']): number {
    return this.#running[kind]
  }

  watch<T>(work: Work, run: () => T): T {
    const span = this.#begin(work)
    const start = performance.now()
    this.#running[work.kind] += 1
    const end = (error?: unknown): void => this.#ended(work, start, span, error)
    let result: T
    try {
      result = span ? span.run(run) : run()
    } catch (error) {
      end(error)
      throw error
    }
    if (!(result instanceof Promise)) {
      end()
      return result
    }
    return result.then(
      (value: unknown) => {
        end()
        return value
      },
      (error: unknown) => {
        end(error ?? new Error('rejected without a reason'))
        throw error
      },
    ) as T // a promise of the same value
  }

  #begin(work: Work): OpenSpan | undefined {
    const { tracer } = this.#parts
    if (!tracer.isOn) return undefined
    if (work.kind !== 'tool') return tracer.begin(`${work.kind} ${work.operation}`, { isPart: true, kind: 'client', facts: factsOf(work) })
    // Of a client that speaks over a connection, each message may belong to another trace.
    return tracer.begin(`tool ${work.operation}`, { traceparent: remoteParent(), facts: { ...factsOf(work), ...callFacts() } })
  }

  #ended(work: Work, start: number, span: OpenSpan | undefined, error: unknown): void {
    const durationMs = performance.now() - start
    this.#running[work.kind] -= 1
    const code = error === undefined ? undefined : codeOf(error)
    this.#parts.onEnd(work, durationMs, code)
    span?.end(code)
    // The runner has written its own line about a tool that broke.
    if (work.kind === 'tool') return
    const log = this.#parts.log.child(work.kind === 'store' ? 'storage' : 'embedding')
    const facts = { operation: work.operation, duration_ms: Math.round(durationMs), under_way: this.#running[work.kind] }
    if (isBroken(error, work)) {
      const unsaid = this.#failureLines[work.kind].take()
      if (unsaid !== undefined)
        log.warn({ ...facts, err: error, ...(unsaid > 0 && { failures_before: unsaid }) }, `a call of ${SUBJECTS[work.kind]} failed`)
    } else if (this.#parts.slowMs > 0 && durationMs > this.#parts.slowMs && work.isUnhurried !== true) {
      log.warn(facts, `a call waited long for ${SUBJECTS[work.kind]}`)
    }
  }
}

/** One line in a while, which says how many were left out. */
class FailureLines {
  #lastMs = -Infinity
  #unsaid = 0

  /** How many were not written since the last; undefined when this one is not to be written either. */
  take(): number | undefined {
    const now = performance.now()
    if (now - this.#lastMs < FAILURE_LINE_MS) {
      this.#unsaid += 1
      return undefined
    }
    const unsaid = this.#unsaid
    this.#lastMs = now
    this.#unsaid = 0
    return unsaid
  }
}

/** An outage or a bug; not a refusal that is an answer. A model that loads, or is given up, says so itself. */
function isBroken(error: unknown, { kind }: Work): boolean {
  if (error === undefined) return false
  return !(error instanceof AppError) || (kind === 'store' && (error.code === 'unavailable' || error.code === 'internal'))
}

function codeOf(error: unknown): string {
  return error instanceof AppError ? error.code : 'internal'
}

function factsOf({ kind, operation, size }: Work): SpanFacts {
  if (kind === 'store') return { 'db.operation.name': operation }
  if (kind === 'embedding') return { 'tmws.embedding.operation': operation, ...(size !== undefined && { 'tmws.embedding.texts': size }) }
  return { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': operation }
}

function callFacts(): SpanFacts {
  const context = callContext()
  if (!context) return {}
  return { 'tmws.request.id': context.requestId, ...(context.sessionId !== undefined && { 'tmws.session.id': context.sessionId }) }
}
