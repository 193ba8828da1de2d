import { isLegacyRequest, WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/server'
import type { McpHttpHandler } from '@modelcontextprotocol/server'
import { newId } from '../../base/ids.ts'
import { createFixtureServer } from './conformance-mcp.ts'

/**
 * The fixture server's legacy era with sessions: the suite has the server send requests to the client, whose answers come in another
 * HTTP request. TMWS asks its clients nothing, and serves the legacy era without sessions.
 */
export function withLegacySessions(modern: McpHttpHandler): Pick<McpHttpHandler, 'fetch' | 'close'> {
  const sessions = new Map<string, WebStandardStreamableHTTPServerTransport>()
  return {
    fetch: async (request, options) => {
      if (!(await isLegacyRequest(request))) return modern.fetch(request, options)
      const sessionId = request.headers.get('mcp-session-id')
      const known = sessions.get(sessionId ?? '')
      if (sessionId !== null && !known) return new Response(null, { status: 404 })
      return (known ?? (await openSession(sessions))).handleRequest(request, options)
    },
    close: async () => {
      await Promise.all([...sessions.values()].map((transport) => transport.close()))
      await modern.close()
    },
  }
}

async function openSession(sessions: Map<string, WebStandardStreamableHTTPServerTransport>) {
  const transport = new WebStandardStreamableHTTPServerTransport({
    sessionIdGenerator: () => newId(),
    onsessioninitialized: (id) => void sessions.set(id, transport),
    onsessionclosed: (id) => void sessions.delete(id),
  })
  await createFixtureServer('legacy', () => {
    throw new Error('lists change in the modern era only')
  }).connect(transport)
  return transport
}
