import type { FastifyRequest } from 'fastify'
import { noAudit } from '../../base/audit-trail.ts'
import type { AuditDeed, AuditTrail } from '../../base/audit-trail.ts'
import { AppError } from '../../base/errors.ts'
import { LIMITS } from '../../contract/protocol.ts'
import { OWNER_SCOPE } from '../../contract/scope.ts'
import type { Caller } from '../../session/session.ts'

type Facts = NonNullable<AuditDeed['facts']>

/** What the routes that no tool answers leave in the audit log. */
export class RouteAudit {
  readonly #trail: AuditTrail

  constructor(trail: AuditTrail = noAudit) {
    this.#trail = trail
  }

  /** Done, or about to be. Resolves when that is kept; throws `unavailable` when it cannot be. */
  record(action: string, request: FastifyRequest, caller: Caller, facts?: Facts): Promise<void> {
    return this.#trail.record(deed(action, request, caller, facts))
  }

  /** The person signed in; the guard notes who failed to. */
  noteSignIn(request: FastifyRequest): void {
    const { object: _, ...signIn } = deed('sign-in', request, { scope: OWNER_SCOPE })
    this.#trail.note(signIn)
  }

  /** Memories of others were shown: these, or all that the caller may see. */
  noteShown(action: string, request: FastifyRequest, caller: Caller, ids: readonly string[]): void {
    this.#trail.note({ ...deed(action, request, caller), object: { kind: 'memory', ids: ids.slice(0, LIMITS.pageSize) } })
  }

  noteDenial(action: string, request: FastifyRequest, caller: Caller, code: string): void {
    this.#trail.note({ ...deed(action, request, caller), outcome: 'denied', code })
  }

  /** Runs what changes the store. A change that fails half-way is to be found too, so what fails is kept as well as what does not. */
  async around<T>(
    action: string,
    request: FastifyRequest,
    caller: Caller,
    work: () => Promise<T>,
    factsOf: (result: T) => Facts,
  ): Promise<T> {
    this.#trail.admit()
    let result: T
    try {
      result = await work()
    } catch (error) {
      const code = error instanceof AppError ? error.code : 'internal'
      this.#trail.note({ ...deed(action, request, caller), outcome: 'failed', code })
      throw error
    }
    await this.#trail.record(deed(action, request, caller, factsOf(result)))
    return result
  }
}

function deed(action: string, request: FastifyRequest, caller: Pick<Caller, 'scope' | 'address'>, facts?: Facts): AuditDeed {
  const address = caller.address ?? request.raw.socket.remoteAddress
  return {
    action,
    agentId: caller.scope.agentId,
    namespace: caller.scope.namespace,
    outcome: 'ok',
    requestId: request.id,
    object: { kind: 'data', ids: [] },
    ...(address !== undefined && { address }),
    ...(facts && { facts }),
  }
}
