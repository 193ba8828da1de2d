import { toNodeHandler } from '@modelcontextprotocol/node'
import type { NodeIncomingMessageLike } from '@modelcontextprotocol/node'
import { createMcpHandler } from '@modelcontextprotocol/server'
import type { AuthInfo, McpHttpHandler, McpRequestContext } from '@modelcontextprotocol/server'
import type { FastifyInstance } from 'fastify'
import type { IncomingMessage } from 'node:http'
import type { Log } from '../../base/log.ts'
import { LIMITS, MCP_HTTP_PATH } from '../../contract/protocol.ts'
import { createMcpServer } from '../../session/mcp-session.ts'
import { Session } from '../../session/session.ts'
import type { SessionManager } from '../../session/session-manager.ts'
import type { Guard } from '../guard.ts'
import type { TokenWatch } from '../token-watch.ts'
import { ScopedListens } from './scoped-listens.ts'

export interface McpEndpointParts {
  readonly guard: Guard
  readonly tokenWatch: TokenWatch
  readonly sessions: SessionManager
  readonly log: Log
  readonly version: string
  /** What answers behind the guards; TMWS itself unless a test brings a server of its own. */
  readonly handler?: McpAnswerer
}

export type McpAnswerer = Pick<McpHttpHandler, 'fetch' | 'close'>

/**
 * Streamable HTTP MCP at /mcp, both protocol eras, without sessions: each request carries its identity in its headers. Returns the
 * function that ends open streams.
 */
export function mountMcpEndpoint(app: FastifyInstance, parts: McpEndpointParts): () => Promise<void> {
  const handler = parts.handler ?? createHandler(parts)
  const serve = toNodeHandler(handler, { maxRequestBodySize: LIMITS.httpBodyBytes })
  void app.register((scope, _options, done) => {
    // The SDK reads and limits the body itself.
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', (_request, _payload, parsed) => parsed(null))
    scope.all(MCP_HTTP_PATH, async (request, reply) => {
      const caller = await parts.guard.identify(request.raw, 'http')
      const session = parts.sessions.transient(caller)
      await session.admit()
      reply.hijack()
      // Streams stay open for long.
      const unwatch = parts.tokenWatch.watch(caller, () => reply.raw.destroy())
      reply.raw.once('close', unwatch)
      reply.raw.setHeaders(new Map(Object.entries(reply.getHeaders()).map(([name, value]) => [name, String(value)])))
      await serve(withSession(request.raw, session) as NodeIncomingMessageLike, reply.raw) // a server's request always has a method and a URL
    })
    done()
  })
  return () => handler.close()
}

function createHandler({ version, log }: McpEndpointParts): McpAnswerer {
  const listens = new ScopedListens()
  const handler = createMcpHandler((context) => createMcpServer(sessionOf(context), version, context.era), {
    bus: listens.bus,
    maxRequestBodySize: LIMITS.httpBodyBytes,
    onerror: (error) => log.debug({ err: error }, 'a protocol error on /mcp'),
  })
  return {
    fetch: (request, options) => listens.serve(sessionOf(options ?? {}), handler.fetch, [request, options]),
    close: handler.close,
  }
}

/** The SDK hands `auth` through to its factory; the session rides on it. */
function withSession(request: IncomingMessage, session: Session): IncomingMessage & { auth: AuthInfo } {
  const auth: AuthInfo = { token: '', clientId: session.scope.agentId, scopes: [], extra: { session } }
  return Object.assign(request, { auth })
}

function sessionOf(context: Pick<McpRequestContext, 'authInfo'>): Session {
  const session = context.authInfo?.extra?.['session']
  if (!(session instanceof Session)) throw new Error('a request reached MCP without a session')
  return session
}
