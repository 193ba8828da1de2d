import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { openApiDocument } from '../../contract/openapi.ts'

/** Where the package keeps the files it serves. It looks beside its own code, and that is bundled into ours. */
const UI_FILES = join(dirname(createRequire(import.meta.url).resolve('@fastify/swagger-ui/package.json')), 'static')

/** `GET /openapi.json`, and the same to read and try at `/docs`. All files come from this server. */
export async function mountDocs(app: FastifyInstance, version: string): Promise<void> {
  const document = openApiDocument(version)
  app.get('/openapi.json', (_request, reply) => reply.send(document))
  await app.register(swagger, { mode: 'static', specification: { document: document as never } }) // its type wants OpenAPI 3.0 literals
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    baseDir: UI_FILES,
    logo: { type: 'image/svg+xml', content: await readFile(join(UI_FILES, 'logo.svg')) },
    staticCSP: true,
    uiConfig: { docExpansion: 'list', tryItOutEnabled: true },
    // There is one document to explore, and it is not Fastify's.
    theme: { title: 'TMWS API', css: [{ filename: 'tmws.css', content: '.swagger-ui .topbar { display: none }' }] },
  })
}
