import { AsyncLocalStorage } from 'node:async_hooks'
import type { McpHttpHandler, ServerEventBus } from '@modelcontextprotocol/server'
import type { Session } from '../../session/session.ts'
import { toJsonRpcFailure } from '../error-mapping.ts'
import { admitListen, LISTEN_METHOD } from '../listen-filter.ts'

type Fetch = McpHttpHandler['fetch']

/**
 * `subscriptions/listen` over HTTP, scoped. The SDK has one bus for all callers and matches by URI alone, so each stream that
 * subscribes to this bus is given the updates of its own request's session and no others. A request whose headers do not say that
 * it listens has no subscriptions, and hears nothing.
 */
export class ScopedListens {
  readonly #sessions = new AsyncLocalStorage<{ readonly session: Session; isListening: boolean }>()

  readonly bus: ServerEventBus = {
    publish: () => undefined, // updates come from the session's own subscriptions
    subscribe: (listener) => {
      const current = this.#sessions.getStore()
      if (!current) return () => undefined
      current.isListening = true
      const { subscriptions } = current.session
      subscriptions.deliverTo((uri) => listener({ kind: 'resource_updated', uri }))
      return () => subscriptions.close()
    },
  }

  /** Serves a request with `fetch` as `session`. */
  async serve(session: Session, fetch: Fetch, [request, options]: Parameters<Fetch>): Promise<Response> {
    if (request.headers.get('mcp-method') !== LISTEN_METHOD) return fetch(request, options)
    const body: unknown = await request
      .clone()
      .json()
      .catch(() => undefined)
    // Without a JSON object the SDK says what is wrong.
    if (typeof body !== 'object' || body === null || Array.isArray(body)) return fetch(request, options)
    const current = { session, isListening: false }
    try {
      const parsedBody = await admitListen(body, session.subscriptions)
      return await this.#sessions.run(current, () => fetch(request, { ...options, parsedBody }))
    } catch (error) {
      const { id } = body as { id?: unknown } // an object
      return Response.json(toJsonRpcFailure(typeof id === 'string' || typeof id === 'number' ? id : null, error))
    } finally {
      if (!current.isListening) session.subscriptions.close()
    }
  }
}
