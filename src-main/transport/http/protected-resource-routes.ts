import type { FastifyInstance } from 'fastify'
import { MCP_HTTP_PATH, PROTECTED_RESOURCE_PATH } from '../../contract/protocol.ts'

/** `GET /.well-known/oauth-protected-resource`, with and without the path of MCP behind it (RFC 9728 section 3.1): open to all. */
export function mountProtectedResource(app: FastifyInstance, metadata: Readonly<Record<string, unknown>>): void {
  for (const path of [PROTECTED_RESOURCE_PATH, `${PROTECTED_RESOURCE_PATH}${MCP_HTTP_PATH}`]) {
    app.get(path, (_request, reply) => reply.header('cache-control', 'max-age=3600').send(metadata))
  }
}
