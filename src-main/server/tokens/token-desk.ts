import type { AuditTrail } from '../../base/audit-trail.ts'
import { systemClock } from '../../base/clock.ts'
import { AppError, messageOf } from '../../base/errors.ts'
import { LocalEventBus } from '../../base/event-bus.ts'
import { silentLog } from '../../base/log.ts'
import type { ServerConfig } from '../../config/config.ts'
import { isErrorCode } from '../../contract/errors.ts'
import type { ErrorBody } from '../../contract/errors.ts'
import { API_PREFIX } from '../../contract/protocol.ts'
import { OWNER_SCOPE } from '../../contract/scope.ts'
import type { IssuedToken, Token } from '../../contract/token.ts'
import type { ToolInput, ToolName, ToolOutput } from '../../contract/tools.ts'
import { TOOLS } from '../../contract/tools.ts'
import { AuditLog } from '../../coordination/audit/audit-log.ts'
import { TokenService } from '../../coordination/token-service.ts'
import { findServer, openDirect } from '../moving/way-to-data.ts'

/** Tokens as a command reaches them: through the server that runs, or in the store itself while none does. */
export interface TokenDesk {
  list(input: ToolInput<'list_tokens'>): Promise<ToolOutput<'list_tokens'>>
  create(input: ToolInput<'create_token'>): Promise<IssuedToken>
  rotate(input: ToolInput<'rotate_token'>): Promise<IssuedToken>
  revoke(id: string): Promise<Token>
  close(): Promise<void>
}

/** Throws `conflict` when a server has the data and cannot be asked, `unavailable` when there is nothing to reach. */
export async function openTokenDesk(config: ServerConfig): Promise<TokenDesk> {
  const server = findServer(config)
  if (server) return deskOverRest(server.apiUrl, server.token)
  if (config.database.provider === 'volatile')
    throw new AppError('unavailable', 'TMWS_DATABASE_URL is volatile: and no server runs, so there are no tokens.')
  const direct = await openDirect(config)
  const { tokens: store, audit: auditStore } = direct.stores
  const service = new TokenService({ store, bus: new LocalEventBus(silentLog), clock: systemClock })
  const audit = config.audit.enabled ? new AuditLog({ store: auditStore, clock: systemClock, log: silentLog }) : undefined
  const desk = deskOf(service, async () => {
    await audit?.close()
    await direct.close()
  })
  return audit ? audited(desk, audit) : desk
}

/** What a server writes of each call, for a desk without one. */
function audited(desk: TokenDesk, audit: AuditTrail): TokenDesk {
  const keep = (action: ToolName, id: string): Promise<void> =>
    audit.record({
      action,
      agentId: OWNER_SCOPE.agentId,
      namespace: OWNER_SCOPE.namespace,
      outcome: 'ok',
      object: { kind: 'token', ids: [id] },
    })
  return {
    ...desk,
    create: async (input) => {
      const issued = await desk.create(input)
      await keep('create_token', issued.token.id)
      return issued
    },
    rotate: async (input) => {
      const issued = await desk.rotate(input)
      await keep('rotate_token', issued.token.id)
      return issued
    },
    revoke: async (id) => {
      const token = await desk.revoke(id)
      await keep('revoke_token', id)
      return token
    },
  }
}

/** Within a process that has the store open. */
export function deskOf(service: TokenService, close: () => Promise<void> = () => Promise.resolve()): TokenDesk {
  return {
    list: (input) => service.list(TOOLS.list_tokens.input.parse(input)),
    create: (input) => service.create(TOOLS.create_token.input.parse(input), OWNER_SCOPE),
    rotate: (input) => service.rotate(TOOLS.rotate_token.input.parse(input), OWNER_SCOPE),
    revoke: (id) => service.revoke(id, OWNER_SCOPE),
    close,
  }
}

function deskOverRest(apiUrl: string, ownerToken: string): TokenDesk {
  async function ask<T>(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<T> {
    const headers = { authorization: `Bearer ${ownerToken}`, ...(body && { 'content-type': 'application/json' }) }
    const response = await fetch(`${apiUrl}${API_PREFIX}${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) }).catch(
      (error: unknown) => {
        throw new AppError('unavailable', `The server at ${apiUrl} does not answer (${messageOf(error)}).`, { cause: error })
      },
    )
    const answer: unknown = await response.json()
    if (response.ok) return answer as T // by the contract of the route
    const { code, message } = (answer as { error: ErrorBody }).error // the contract of every refusal
    throw new AppError(isErrorCode(code) ? code : 'internal', message)
  }
  const at = (id: string): string => `/tokens/${encodeURIComponent(id)}`
  return {
    list: (input) =>
      ask('GET', `/tokens?${new URLSearchParams(Object.entries(input).map(([name, value]) => [name, String(value)])).toString()}`),
    create: (input) => ask('POST', '/tokens', input),
    rotate: ({ token_id: id, ...body }) => ask('POST', `${at(id)}/rotate`, body),
    revoke: async (id) => (await ask<{ token: Token }>('DELETE', at(id))).token,
    close: () => Promise.resolve(),
  }
}
