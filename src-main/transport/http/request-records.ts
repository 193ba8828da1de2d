import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { IncomingMessage } from 'node:http'
import { performance } from 'node:perf_hooks'
import { withCallContext } from '../../base/call-context.ts'
import type { Log } from '../../base/log.ts'
import type { OpenSpan, Tracer } from '../../base/tracer.ts'
import { logRequest } from '../access-log.ts'
import { shapeOf } from './metrics-route.ts'

export interface RequestRecordParts {
  readonly tracer: Tracer
  readonly log: Log
  /** IP address of whoever asks. */
  readonly addressOf: (request: IncomingMessage) => string | undefined
}

/**
 * What is kept of each request besides its answer: the context and the span that its work runs in, and one line when it is over,
 * whatever became of it.
 */
export function mountRequestRecords(app: FastifyInstance, { tracer, log, addressOf }: RequestRecordParts): void {
  const spans = new WeakMap<FastifyRequest, OpenSpan>()
  const inContext = (request: FastifyRequest, work: () => void): void => {
    const span = spans.get(request)
    withCallContext({ requestId: request.id }, () => (span ? span.run(work) : work()))
  }
  app.addHook('onRequest', (request, reply, done) => {
    const start = performance.now()
    const { method, url } = request
    // Later the socket does not know any more.
    const address = addressOf(request.raw)
    if (tracer.isOn) spans.set(request, beginSpan(tracer, request))
    // `close` comes whatever happens to the answer; Fastify's own hook after an answer is skipped when the client has gone.
    reply.raw.once('close', () =>
      inContext(request, () => {
        const { status, isAborted, bytes } = outcomeOf(reply)
        spans.get(request)?.add({ 'http.response.status_code': status })
        spans.get(request)?.end(status >= 500 ? String(status) : undefined)
        logRequest(
          log,
          { method, url, address, durationMs: performance.now() - start },
          { status, isAborted, ...(bytes !== undefined && { bytes }) },
        )
      }),
    )
    inContext(request, done)
  })
  // The body came in other turns of the event loop, which older Nodes take for nobody's.
  app.addHook('preHandler', (request, _reply, done) => inContext(request, done))
}

function beginSpan(tracer: Tracer, request: FastifyRequest): OpenSpan {
  const { method, route } = shapeOf(request)
  const { traceparent } = request.headers
  return tracer.begin(`${method} ${route}`, {
    kind: 'server',
    traceparent: typeof traceparent === 'string' ? traceparent : undefined,
    facts: { 'http.request.method': method, 'http.route': route, 'tmws.request.id': request.id },
  })
}

function outcomeOf(reply: FastifyReply): { readonly status: number; readonly isAborted: boolean; readonly bytes: number | undefined } {
  const { statusCode, writableFinished } = reply.raw
  const length = Number(reply.raw.getHeader('content-length'))
  return { status: statusCode, isAborted: !writableFinished, bytes: Number.isInteger(length) ? length : undefined }
}
