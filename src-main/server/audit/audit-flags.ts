import { AppError } from '../../base/errors.ts'
import { auditExportQuerySchema } from '../../contract/audit.ts'
import type { AuditFilter } from '../../contract/audit.ts'

export interface AuditFilterFlags {
  readonly agent?: string
  readonly namespace?: string
  readonly action?: string
  readonly outcome?: string
  readonly object?: string
  readonly session?: string
  readonly request?: string
  readonly address?: string
  readonly since?: string
  readonly until?: string
}

const FLAGS: Readonly<Record<keyof AuditFilter, keyof AuditFilterFlags>> = {
  agent_id: 'agent',
  namespace: 'namespace',
  action: 'action',
  outcome: 'outcome',
  object_id: 'object',
  session_id: 'session',
  request_id: 'request',
  address: 'address',
  since: 'since',
  until: 'until',
}

/** Throws `invalid_request` that names the flag. */
export function filterOf(flags: AuditFilterFlags): AuditFilter {
  const given = Object.entries(FLAGS).flatMap(([name, flag]) => (flags[flag] === undefined ? [] : [[name, flags[flag]] as const]))
  const result = auditExportQuerySchema.safeParse(Object.fromEntries(given))
  if (result.success) return result.data
  const [issue] = result.error.issues
  const flag = FLAGS[issue?.path[0] as keyof AuditFilter] // a field of the schema
  throw new AppError('invalid_request', `--${flag} ${issue?.message ?? 'is not valid'}.`)
}
