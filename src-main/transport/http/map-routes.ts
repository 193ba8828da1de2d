import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { AuditTrail } from '../../base/audit-trail.ts'
import { cardsQuerySchema, graphQuerySchema } from '../../contract/map.ts'
import type { MapProgress, MemoryCard, MemoryGraph } from '../../contract/map.ts'
import { API_PREFIX } from '../../contract/protocol.ts'
import type { Scope } from '../../contract/scope.ts'
import type { Caller } from '../../session/session.ts'
import type { SessionManager } from '../../session/session-manager.ts'
import type { Guard } from '../guard.ts'
import { readChecked } from './checked-query.ts'
import { RouteAudit } from './route-audit.ts'

/** PORT. Maps and graphs of the memories a scope may see. */
export interface MapPort {
  progress(scope: Scope): Promise<MapProgress>
  /** JSON of a MemoryMap; undefined when `known` is the version that the caller has. */
  map(scope: Scope, known?: string): Promise<{ readonly version: string; readonly json: string; readonly showsOthers: boolean } | undefined>
  cards(ids: readonly string[], scope: Scope): Promise<MemoryCard[]>
  /** Throws `not_found` for a memory that does not exist for the scope. */
  graph(question: { readonly memory_id: string; readonly hops: number; readonly limit: number }, scope: Scope): Promise<MemoryGraph>
}

export interface MapRouteParts {
  readonly guard: Guard
  readonly sessions: SessionManager
  readonly audit?: AuditTrail
  readonly map: MapPort
}

/** `/api/v1/map` and `/api/v1/graph`: reading, by the scope of whoever asks. */
export function mountMapRoutes(app: FastifyInstance, { guard, sessions, audit, map }: MapRouteParts): void {
  const trace = new RouteAudit(audit)
  async function admit(request: FastifyRequest): Promise<Caller> {
    const caller = await guard.identify(request.raw, 'rest')
    await sessions.transient(caller).admit()
    return caller
  }

  app.get(`${API_PREFIX}/map`, async (request, reply) => {
    const caller = await admit(request)
    const answer = await map.map(caller.scope, versionOf(request.headers['if-none-match']))
    void reply.header('cache-control', 'private, no-cache')
    if (!answer) return reply.code(304).send()
    // One entry for the whole map: it shows where memories lie and to whom they belong, and no text.
    if (answer.showsOthers) trace.noteShown('get_map', request, caller, [])
    return reply.header('content-type', 'application/json; charset=utf-8').header('etag', `"${answer.version}"`).send(answer.json)
  })

  app.get(`${API_PREFIX}/map/progress`, async (request) => map.progress((await admit(request)).scope))

  app.get(`${API_PREFIX}/map/cards`, async (request) => {
    const caller = await admit(request)
    const { id } = readChecked(request, cardsQuerySchema)
    const cards = await map.cards(id, caller.scope)
    noteOthers('get_map_cards', request, caller, cards)
    return { cards }
  })

  app.get(`${API_PREFIX}/graph`, async (request) => {
    const caller = await admit(request)
    const graph = await map.graph(readChecked(request, graphQuerySchema), caller.scope)
    noteOthers('get_graph', request, caller, graph.nodes)
    return graph
  })

  function noteOthers(action: string, request: FastifyRequest, caller: Caller, cards: readonly MemoryCard[]): void {
    const ids = cards.filter(({ agent_id }) => agent_id !== caller.scope.agentId).map(({ id }) => id)
    if (ids.length > 0) trace.noteShown(action, request, caller, ids)
  }
}

function versionOf(header: string | undefined): string | undefined {
  return header === undefined ? undefined : /^(?:W\/)?"([\w-]{1,64})"$/.exec(header)?.[1]
}
