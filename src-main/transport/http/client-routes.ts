import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { AuditTrail } from '../../base/audit-trail.ts'
import { AppError } from '../../base/errors.ts'
import { changeBodySchema, clientIdSchema, CLIENT_IDS, connectBodySchema, previewQuerySchema } from '../../contract/clients.ts'
import type {
  ClientAction,
  ClientId,
  ClientList,
  ClientOutcome,
  ClientPreview,
  ClientStatus,
  ConnectionOptions,
  VerifyReport,
} from '../../contract/clients.ts'
import { queryJsonSchema } from '../../contract/json-schema.ts'
import { API_PREFIX } from '../../contract/protocol.ts'
import type { Caller } from '../../session/session.ts'
import type { SessionManager } from '../../session/session-manager.ts'
import type { Guard } from '../guard.ts'
import { readQuery } from './query-arguments.ts'
import { RouteAudit } from './route-audit.ts'

/** PORT. Wires clients of this machine for the person at it. */
export interface ClientService {
  list(): ClientStatus[]
  /** What a program that is not among them would start. */
  anyLaunch(): ClientList['stdio']
  preview(id: ClientId, action: ClientAction, options: ConnectionOptions): Promise<ClientPreview>
  change(id: ClientId, action: ClientAction, options: ConnectionOptions & { readonly hash?: string | undefined }): Promise<ClientOutcome>
  verify(id: ClientId): Promise<VerifyReport>
  bundle(id: ClientId): Buffer
}

export interface ClientRouteParts {
  readonly guard: Guard
  readonly sessions: SessionManager
  readonly audit?: AuditTrail
  readonly clients: {
    readonly service: ClientService
    /** Whether programs need a token. */
    readonly needsToken: boolean
    /** Why this server may not do it for anyone, as a sentence. */
    readonly refusal?: string | undefined
  }
}

/** `/api/v1/clients`: for the person at the machine only, of a server that serves this machine alone. */
export function mountClientRoutes(
  app: FastifyInstance,
  { guard, sessions, audit, clients: { service, needsToken, refusal } }: ClientRouteParts,
): void {
  const trace = new RouteAudit(audit)
  /** Throws unless the person asks, and may; returns the client that the path names. */
  async function admit(request: FastifyRequest): Promise<{ readonly id: ClientId; readonly caller: Caller }> {
    const caller = await guard.identify(request.raw, 'rest')
    await sessions.transient(caller).admit()
    if (caller.scope.kind !== 'owner')
      throw new AppError('forbidden', 'Only the person at the machine may wire its programs; use the dashboard or tmws connect.')
    if (refusal !== undefined) throw new AppError('forbidden', refusal)
    const { client_id: given = CLIENT_IDS[0] } = request.params as { client_id?: string } // of these very paths
    const id = clientIdSchema.safeParse(given)
    if (!id.success)
      throw new AppError('not_found', `There is no client ${given.slice(0, 60).toWellFormed()}; there are ${CLIENT_IDS.join(', ')}.`)
    return { id: id.data, caller }
  }

  const path = `${API_PREFIX}/clients`
  app.get(path, async (request): Promise<ClientList> => {
    await admit(request)
    return { clients: service.list(), stdio: service.anyLaunch(), needs_token: needsToken }
  })

  app.get(`${path}/:client_id/preview`, async (request) => {
    const { id } = await admit(request)
    const query = readQuery(request.query as Record<string, unknown>, queryJsonSchema(previewQuerySchema)) // Fastify's query is an object
    const { action, ...options } = checked(previewQuerySchema, query)
    return service.preview(id, action, options)
  })

  app.post(`${path}/:client_id/connect`, async (request) => {
    const { id, caller } = await admit(request)
    const options = checked(connectBodySchema, request.body)
    return trace.around(
      'client.connect',
      request,
      caller,
      () => service.change(id, 'connect', options),
      () => ({ client: id }),
    )
  })

  for (const action of ['repair', 'undo'] as const) {
    app.post(`${path}/:client_id/${action}`, async (request) => {
      const { id, caller } = await admit(request)
      const options = { force: false, ...checked(changeBodySchema, request.body) }
      return trace.around(
        `client.${action}`,
        request,
        caller,
        () => service.change(id, action, options),
        () => ({ client: id }),
      )
    })
  }

  app.post(`${path}/:client_id/verify`, async (request) => service.verify((await admit(request)).id))

  app.get(`${path}/:client_id/mcpb`, async (request, reply) => {
    const bundle = service.bundle((await admit(request)).id)
    void reply
      .header('content-type', 'application/zip')
      .header('content-disposition', 'attachment; filename="tmws.mcpb"')
      .header('cache-control', 'no-store')
    return reply.send(bundle)
  })
}

interface Checker<T> {
  safeParse(value: unknown):
    | { readonly success: true; readonly data: T }
    | {
        readonly success: false
        readonly error: { readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[] }
      }
}

function checked<T>(schema: Checker<T>, value: unknown): T {
  const result = schema.safeParse(value ?? {})
  if (result.success) return result.data
  const [issue] = result.error.issues
  const field = issue?.path.join('.') ?? ''
  throw new AppError('invalid_request', `${field === '' ? 'The request' : field}: ${issue?.message ?? 'is not valid'}.`, {
    details: { field },
  })
}
