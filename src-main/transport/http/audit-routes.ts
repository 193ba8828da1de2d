import type { FastifyInstance } from 'fastify'
import { Readable } from 'node:stream'
import type { AuditTrail } from '../../base/audit-trail.ts'
import { AppError } from '../../base/errors.ts'
import { auditExportQuerySchema } from '../../contract/audit.ts'
import type { AuditFilter } from '../../contract/audit.ts'
import { API_PREFIX } from '../../contract/protocol.ts'
import type { Scope } from '../../contract/scope.ts'
import { TRANSFER_CONTENT_TYPE } from '../../contract/transfer.ts'
import type { SessionManager } from '../../session/session-manager.ts'
import type { Guard } from '../guard.ts'
import { abortedWith } from './aborted-with.ts'
import { readChecked } from './checked-query.ts'
import { RouteAudit } from './route-audit.ts'

/** PORT. Reads the audit log out. */
export interface AuditExporter {
  /** JSON lines. Throws `forbidden` to whom is neither the person nor an admin, `invalid_request` for a time that is none. */
  export(filter: AuditFilter, scope: Scope, signal?: AbortSignal): AsyncIterable<string>
}

export interface AuditRouteParts {
  readonly guard: Guard
  readonly sessions: SessionManager
  readonly auditExport: AuditExporter
  readonly audit?: AuditTrail
}

/** `GET /api/v1/audit/export`: for the person at the machine and admins. That it was read out is an entry of its own. */
export function mountAuditRoutes(app: FastifyInstance, { guard, sessions, auditExport, audit }: AuditRouteParts): void {
  const trace = new RouteAudit(audit)
  app.get(`${API_PREFIX}/audit/export`, async (request, reply) => {
    const caller = await guard.identify(request.raw, 'rest')
    await sessions.transient(caller).admit()
    const filter = readChecked(request, auditExportQuerySchema)
    let content: AsyncIterable<string>
    try {
      content = auditExport.export(filter, caller.scope, abortedWith(reply))
    } catch (error) {
      if (error instanceof AppError && error.code === 'forbidden') trace.noteDenial('audit.export', request, caller, error.code)
      throw error
    }
    await trace.record('audit.export', request, caller)
    void reply
      .header('content-type', TRANSFER_CONTENT_TYPE)
      .header('content-disposition', 'attachment; filename="tmws-audit.jsonl"')
      .header('cache-control', 'no-store')
    return reply.send(Readable.from(content))
  })
}
