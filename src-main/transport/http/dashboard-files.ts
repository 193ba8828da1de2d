import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { AuditTrail } from '../../base/audit-trail.ts'
import { API_PREFIX } from '../../contract/protocol.ts'
import type { Guard } from '../guard.ts'
import { RouteAudit } from './route-audit.ts'

/**
 * Serves the dashboard at `/`. Without sign-in, the page brings the cookie of the person at the machine; with sign-in, the page asks for
 * the token and exchanges it at `POST /api/v1/login`.
 */
export async function mountDashboard(app: FastifyInstance, guard: Guard, folder: string, audit?: AuditTrail): Promise<void> {
  const trace = new RouteAudit(audit)
  if (existsSync(join(folder, 'index.html'))) {
    await app.register(fastifyStatic, { root: folder, serve: true, index: false, wildcard: false, immutable: true, maxAge: '30d' })
    app.get('/', (request, reply) => sendPage(request, reply, guard))
  } else {
    app.get('/', (_request, reply) =>
      reply.type('text/plain; charset=utf-8').send('TMWS runs. The dashboard is not built: run npm run build.\n'),
    )
  }
  app.post(`${API_PREFIX}/login`, async (request, reply) => {
    const token = (request.body as { token?: unknown } | null)?.token
    const cookie = await guard.signIn(request.raw, token)
    trace.noteSignIn(request)
    return reply.header('set-cookie', cookie).code(204).send()
  })
}

function sendPage(request: FastifyRequest, reply: FastifyReply, guard: Guard): FastifyReply {
  // Only a page a person opened gets the cookie, not what another page loads in a frame, a script or an image.
  const destination = request.headers['sec-fetch-dest']
  const isOpenedPage = destination === undefined || destination === 'document'
  if (!guard.authEnabled && isOpenedPage) void reply.header('set-cookie', guard.ownerCookieHeader())
  return reply.header('cache-control', 'no-store').sendFile('index.html', { immutable: false, maxAge: 0, cacheControl: false })
}
