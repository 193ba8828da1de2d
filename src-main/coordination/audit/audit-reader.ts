import type { Clock } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import type { AuditEntry, AuditFilter, AuditVerdict } from '../../contract/audit.ts'
import type { Scope } from '../../contract/scope.ts'
import { readTime } from '../../memory/time-expressions.ts'
import type { AuditCounts, AuditQuery, AuditStore } from '../../storage/audit-store.ts'
import { verifyChain } from './verify-chain.ts'
import type { VerifyOptions } from './verify-chain.ts'

export interface AuditListRequest extends AuditFilter {
  readonly limit: number
  readonly cursor?: string | undefined
}

const EXPORT_PAGE = 500

/** The audit log for those who may read it: the person at the machine, and admins. To others every question is `forbidden`. */
export class AuditReader {
  readonly #store: AuditStore
  readonly #clock: Clock

  constructor(parts: { readonly store: AuditStore; readonly clock: Clock }) {
    this.#store = parts.store
    this.#clock = parts.clock
  }

  /** A page, newest first; with the first one, how many there are in all by outcome. */
  async list(
    { limit, cursor, ...filter }: AuditListRequest,
    scope: Scope,
  ): Promise<{ entries: AuditEntry[]; counts?: AuditCounts; next_cursor?: string }> {
    requireReader(scope)
    const query = this.#queryOf(filter)
    const page = await this.#store.list(query, { limit, ...(cursor !== undefined && { cursor }) })
    return {
      entries: page.entries,
      // They are the same on every page, and take a walk through all that fits.
      ...(cursor === undefined && { counts: await this.#store.count(query) }),
      ...(page.nextCursor !== undefined && { next_cursor: page.nextCursor }),
    }
  }

  async verify(scope: Scope, options: VerifyOptions): Promise<AuditVerdict> {
    requireReader(scope)
    return verifyChain(this.#store, options)
  }

  /**
   * Entries as lines of JSON, as they are read: with no filter oldest first, a chain that anybody can check; else newest first. Throws at
   * once what the filter or the scope is refused for.
   */
  export(filter: AuditFilter, scope: Scope, signal?: AbortSignal): AsyncIterable<string> {
    requireReader(scope)
    return exportEntries(this.#store, this.#queryOf(filter), signal)
  }

  #queryOf(filter: AuditFilter): AuditQuery {
    const nowMs = this.#clock.now()
    const { agent_id: agentId, object_id: objectId, session_id: sessionId, request_id: requestId, since, until, ...same } = filter
    const all = {
      ...same,
      agentId,
      objectId,
      sessionId,
      requestId,
      since: since === undefined ? undefined : readTime('since', since, nowMs),
      until: until === undefined ? undefined : readTime('until', until, nowMs),
    }
    return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
  }
}

/** Throws `forbidden` to whom is neither the person at the machine nor an admin. */
export function requireReader(scope: Scope): void {
  if (scope.kind === 'owner' || scope.isAdmin) return
  throw new AppError('forbidden', 'Only the person at the machine or an admin may read the audit log.')
}

async function* exportEntries(store: AuditStore, query: AuditQuery, signal: AbortSignal | undefined): AsyncGenerator<string> {
  const { head, anchor } = await store.state()
  if (Object.keys(query).length === 0) {
    for (let after = anchor.seq; after < head.seq;) {
      signal?.throwIfAborted()
      const page = await store.readChain(after, EXPORT_PAGE)
      const last = page.at(-1)
      if (!last) return
      after = last.seq
      yield lines(page.filter(({ seq }) => seq <= head.seq))
    }
    return
  }
  yield* exportFound(store, query, signal)
}

/** What a filter leaves is read newest first, as lists are, and given in that order: it is no chain anyway. */
async function* exportFound(store: AuditStore, query: AuditQuery, signal: AbortSignal | undefined): AsyncGenerator<string> {
  let cursor: string | undefined
  do {
    signal?.throwIfAborted()
    const page = await store.list(query, { limit: EXPORT_PAGE, ...(cursor !== undefined && { cursor }) })
    if (page.entries.length > 0) yield lines(page.entries)
    cursor = page.nextCursor
  } while (cursor !== undefined)
}

function lines(entries: readonly AuditEntry[]): string {
  return entries.map((entry) => `${JSON.stringify(entry)}\n`).join('')
}
