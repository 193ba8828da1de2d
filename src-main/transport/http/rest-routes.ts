import type { FastifyInstance, FastifyRequest } from 'fastify'
import { AppError } from '../../base/errors.ts'
import { inputJsonSchema } from '../../contract/json-schema.ts'
import { REST_ROUTES, fullPathOf } from '../../contract/rest.ts'
import type { RestRoute } from '../../contract/rest.ts'
import { TOOLS } from '../../contract/tools.ts'
import type { SessionManager } from '../../session/session-manager.ts'
import type { Guard } from '../guard.ts'
import { abortedWith } from './aborted-with.ts'
import { readQuery } from './query-arguments.ts'

export interface RestParts {
  readonly guard: Guard
  readonly sessions: SessionManager
}

/** Mounts every route of contract/rest.ts. Each is one tool call of a caller that lives for one request. */
export function mountRestRoutes(app: FastifyInstance, parts: RestParts): void {
  for (const route of REST_ROUTES) {
    app.route({
      method: route.method,
      url: fullPathOf(route),
      handler: async (request, reply) => {
        const caller = await parts.guard.identify(request.raw, 'rest')
        const session = parts.sessions.transient(caller)
        await session.admit()
        const args = { ...readArguments(request, route), ...(request.params as object), ...route.fixed }
        const answer = await session.call(route.tool, args, { audience: 'rest', signal: abortedWith(reply) })
        // A duplicate was found, not created.
        void reply.code('duplicate_of' in answer ? 200 : (route.status ?? 200))
        return answer
      },
    })
  }
}

function readArguments(request: FastifyRequest, route: RestRoute): Record<string, unknown> {
  if (route.argumentsIn === 'query') return readQuery(request.query as Record<string, unknown>, inputJsonSchema(TOOLS[route.tool]))
  const body = request.body ?? {}
  if (typeof body !== 'object' || Array.isArray(body))
    throw new AppError('invalid_request', `The body must be a JSON object (got ${Array.isArray(body) ? 'a list' : typeof body}).`)
  return body as Record<string, unknown> // an object that is not a list
}
