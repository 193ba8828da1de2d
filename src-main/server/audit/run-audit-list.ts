import { AppError } from '../../base/errors.ts'
import type { ServerConfig } from '../../config/config.ts'
import type { AuditEntry } from '../../contract/audit.ts'
import { filterOf } from './audit-flags.ts'
import type { AuditFilterFlags } from './audit-flags.ts'
import { findWayToAudit } from './way-to-audit.ts'

export interface AuditListFlags extends AuditFilterFlags {
  readonly limit: string
  readonly json?: boolean
}

const MAX_LIMIT = 10_000
const SHOWN_IDS = 3

export async function runAuditList(config: ServerConfig, flags: AuditListFlags): Promise<number> {
  const limit = Number(flags.limit)
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT)
    throw new AppError('invalid_request', `--limit is "${flags.limit}", but must be a whole number from 1 to ${MAX_LIMIT}.`)
  const filter = filterOf(flags)
  const way = await findWayToAudit(config)
  try {
    const entries = await way.list(filter, limit)
    const show = flags.json === true ? (entry: AuditEntry) => JSON.stringify(entry) : line
    process.stdout.write(entries.map((entry) => `${show(entry)}\n`).join(''))
    if (entries.length === 0) process.stderr.write('There are no such entries.\n')
    return 0
  } finally {
    await way.close()
  }
}

/** Escapes control characters: what stands in an entry came from outside, and a terminal obeys some of them. */
function line({ seq, at, outcome, action, agent_id: agent, namespace, address, code, object, facts }: AuditEntry): string {
  const ids = object?.ids.slice(0, SHOWN_IDS).join(' ') ?? ''
  const more = (object?.ids.length ?? 0) - SHOWN_IDS
  const parts = [
    String(seq).padStart(8),
    at,
    outcome.padEnd(6),
    `${agent}@${namespace}`,
    address ?? '-',
    action,
    ...(code === undefined ? [] : [`(${code})`]),
    ...(object ? [`${object.kind} ${ids}${more > 0 ? ` and ${more} more` : ''}`.trim()] : []),
    ...Object.entries(facts ?? {}).map(([name, value]) => `${name}=${String(value)}`),
  ]
  // eslint-disable-next-line no-control-regex -- they are what this is about
  return parts.join('  ').replace(/[\u0000-\u001F\u007F-\u009F]/g, (character) => JSON.stringify(character).slice(1, -1))
}
