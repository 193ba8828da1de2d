import type { FastifyInstance, FastifyReply } from 'fastify'
import type { Verdict, VitalSigns } from '../../base/vital-signs.ts'
import type { Health } from '../../contract/session.ts'

/**
 * `GET /health`, `/health/live`, `/health/ready`: open to all, no secrets. 503 when the server cannot do its work, when only a restart
 * helps, and when clients should go elsewhere.
 */
export function mountHealthRoutes(app: FastifyInstance, health: () => Promise<Health>, vitals: VitalSigns): void {
  app.get('/health', async (_request, reply) => {
    const state = await health()
    return reply
      .code(state.status === 'unhealthy' ? 503 : 200)
      .header('cache-control', 'no-store')
      .send(state)
  })
  app.get('/health/live', (_request, reply) => answer(reply, vitals.live()))
  app.get('/health/ready', async (_request, reply) => answer(reply, await vitals.ready()))
}

function answer(reply: FastifyReply, verdict: Verdict): FastifyReply {
  return reply
    .code(verdict.isOk ? 200 : 503)
    .header('cache-control', 'no-store')
    .send(verdict.isOk ? { status: 'healthy' } : { status: 'unhealthy', message: verdict.message })
}
