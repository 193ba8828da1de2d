import { systemClock } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import { silentLog } from '../../base/log.ts'
import type { ServerConfig } from '../../config/config.ts'
import type { AuditEntry, AuditFilter, AuditVerdict } from '../../contract/audit.ts'
import { OWNER_SCOPE } from '../../contract/scope.ts'
import { AuditReader } from '../../coordination/audit/audit-reader.ts'
import { openStores } from '../../storage/open-stores.ts'
import { storeOptions } from '../core-parts.ts'
import { findServer } from '../moving/way-to-data.ts'
import { OwnerRest } from './owner-rest.ts'

/** How a command reaches the audit log: through the server that has the store open, or by itself while none has. */
export interface WayToAudit {
  list(filter: AuditFilter, limit: number): Promise<AuditEntry[]>
  export(filter: AuditFilter): Promise<AsyncIterable<string | Uint8Array>>
  verify(expectHead?: string): Promise<AuditVerdict>
  close(): Promise<void>
}

/** Throws `conflict` when a server has the data and cannot be asked, `unavailable` when there is nothing to reach. */
export async function findWayToAudit(config: ServerConfig): Promise<WayToAudit> {
  const server = findServer(config)
  if (server) return throughServer(new OwnerRest(server.apiUrl, server.token))
  if (config.database.provider === 'volatile')
    throw new AppError('unavailable', 'TMWS_DATABASE_URL is volatile: and no server runs, so there is nothing.')
  return straight(config)
}

/** A page is all that one question gives; more is asked for page by page. */
const PAGE = 100

function throughServer(rest: OwnerRest): WayToAudit {
  return {
    async list(filter, limit) {
      const entries: AuditEntry[] = []
      for (let cursor: string | undefined; ;) {
        const query = { ...filter, limit: Math.min(PAGE, limit - entries.length), ...(cursor !== undefined && { cursor }) }
        const page = await rest.json<{ entries: AuditEntry[]; next_cursor?: string }>('/audit', query)
        entries.push(...page.entries)
        cursor = page.next_cursor
        if (cursor === undefined || entries.length >= limit) return entries
      }
    },
    export: (filter) => rest.stream('/audit/export', filter),
    verify: (expectHead) => rest.json('/audit/verify', { ...(expectHead !== undefined && { expect_head: expectHead }) }),
    close: () => Promise.resolve(),
  }
}

/** A file is only read: a log is to be looked at as it is, also one that somebody else keeps. */
async function straight(config: ServerConfig): Promise<WayToAudit> {
  const options = storeOptions(config, silentLog)
  const stores = await openStores(options.provider === 'sqlite' ? { ...options, readOnly: true } : options)
  const reader = new AuditReader({ store: stores.audit, clock: systemClock })
  return {
    list: async (filter, limit) => (await reader.list({ ...filter, limit }, OWNER_SCOPE)).entries,
    export: (filter) => Promise.resolve(reader.export(filter, OWNER_SCOPE)),
    verify: (expectHead) => reader.verify(OWNER_SCOPE, { ...(expectHead !== undefined && { expectHead }) }),
    close: () => stores.memories.close(),
  }
}
