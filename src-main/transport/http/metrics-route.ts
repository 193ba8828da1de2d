import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Meter } from '../../base/meter.ts'
import type { Guard } from '../guard.ts'

/** `GET /metrics` in the Prometheus format, and the counting of requests by route. */
export function mountMetrics(app: FastifyInstance, meter: Meter, guard: Guard): void {
  app.addHook('onResponse', (request, reply, done) => {
    // The route's pattern, not the URL: labels must stay few.
    meter.request({ ...shapeOf(request), status: reply.statusCode, durationMs: reply.elapsedTime })
    done()
  })
  app.get('/metrics', async (request, reply) => {
    await assertMayReadMetrics(guard, request)
    const { contentType, text } = await meter.read()
    return reply.type(contentType).header('cache-control', 'no-store').send(text)
  })
}

/** What is counted of a request, and written of it in traces: its method, and the pattern of its route. */
export function shapeOf(request: FastifyRequest): { readonly method: string; readonly route: string } {
  return { method: request.method, route: request.routeOptions.url ?? 'unknown' }
}

/** Numbers tell how much a server is used, and by how many. Where tokens are needed at all, one is needed here too. Throws what the guard throws. */
export async function assertMayReadMetrics(guard: Guard, request: FastifyRequest): Promise<void> {
  if (guard.authEnabled) await guard.identify(request.raw, 'rest')
}
