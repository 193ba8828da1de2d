import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import { openApiDocument } from '../../contract/openapi.ts'

/** `GET /openapi.json`, and the same to read and try at `/docs`. All files come from this server. */
export async function mountDocs(app: FastifyInstance, version: string): Promise<void> {
  const document = openApiDocument(version)
  app.get('/openapi.json', (_request, reply) => reply.send(document))
  await app.register(swagger, { mode: 'static', specification: { document: document as never } }) // its type wants OpenAPI 3.0 literals
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: true,
    uiConfig: { docExpansion: 'list', tryItOutEnabled: true },
    // There is one document to explore, and it is not Fastify's.
    theme: { title: 'TMWS API', css: [{ filename: 'tmws.css', content: '.swagger-ui .topbar { display: none }' }] },
  })
}
