import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { AuditTrail } from '../../base/audit-trail.ts'
import { AppError } from '../../base/errors.ts'
import { API_PREFIX } from '../../contract/protocol.ts'
import { settingsChangeSchema } from '../../contract/settings.ts'
import type { SettingsChange, SettingsReport } from '../../contract/settings.ts'
import type { Caller } from '../../session/session.ts'
import type { SessionManager } from '../../session/session-manager.ts'
import type { Guard } from '../guard.ts'
import { readCheckedBody } from './checked-query.ts'
import { RouteAudit } from './route-audit.ts'

/** PORT. Shows and changes the settings of the running server. */
export interface SettingsPort {
  report(): SettingsReport
  change(change: SettingsChange): { readonly report: SettingsReport; readonly changed: readonly string[] }
}

export interface SettingsRouteParts {
  readonly guard: Guard
  readonly sessions: SessionManager
  readonly settings: SettingsPort
  readonly audit?: AuditTrail
}

const ACTION = 'settings.update'

/** `/api/v1/settings`: for the person at the machine only. */
export function mountSettingsRoutes(app: FastifyInstance, { guard, sessions, settings, audit }: SettingsRouteParts): void {
  const trace = new RouteAudit(audit)
  async function requireOwner(request: FastifyRequest): Promise<Caller> {
    const caller = await guard.identify(request.raw, 'rest')
    await sessions.transient(caller).admit()
    if (caller.scope.kind === 'owner') return caller
    if (request.method === 'PATCH') trace.noteDenial(ACTION, request, caller, 'forbidden')
    throw new AppError('forbidden', 'Settings are for the person at the machine; use the dashboard.')
  }

  app.get(`${API_PREFIX}/settings`, async (request, reply) => {
    await requireOwner(request)
    void reply.header('cache-control', 'no-store')
    return settings.report()
  })

  app.patch(`${API_PREFIX}/settings`, async (request, reply) => {
    const caller = await requireOwner(request)
    const change = readCheckedBody(request, settingsChangeSchema)
    const { report } = await trace.around(
      ACTION,
      request,
      caller,
      () => Promise.resolve(settings.change(change)),
      // Names alone: a value may be an address that nobody else is to know.
      ({ changed }) => ({ changed: changed.join(', ') }),
    )
    void reply.header('cache-control', 'no-store')
    return report
  })
}
