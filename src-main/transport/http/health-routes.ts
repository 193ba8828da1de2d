import type { FastifyInstance } from 'fastify'
import type { Health } from '../../contract/session.ts'

/** `GET /health`, `/health/live`, `/health/ready`: open to all, no secrets. 503 when the server cannot do its work. */
export function mountHealthRoutes(app: FastifyInstance, health: () => Promise<Health>): void {
  app.get('/health', async (_request, reply) => {
    const state = await health()
    return reply
      .code(state.status === 'unhealthy' ? 503 : 200)
      .header('cache-control', 'no-store')
      .send(state)
  })
  // Alive: the process answers at all. A restart would help if this fails.
  app.get('/health/live', (_request, reply) => reply.header('cache-control', 'no-store').send({ status: 'healthy' }))
  // Ready: it can take requests now. A load balancer sends them elsewhere if not.
  app.get('/health/ready', async (_request, reply) => {
    const { status, checks } = await health()
    const isReady = checks.storage.status !== 'unhealthy'
    return reply
      .code(isReady ? 200 : 503)
      .header('cache-control', 'no-store')
      .send({ status: isReady ? status : 'unhealthy' })
  })
}
