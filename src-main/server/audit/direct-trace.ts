import { systemClock } from '../../base/clock.ts'
import { silentLog } from '../../base/log.ts'
import type { AuditDeed } from '../../base/audit-trail.ts'
import type { ServerConfig } from '../../config/config.ts'
import { OWNER_SCOPE } from '../../contract/scope.ts'
import { AuditLog } from '../../coordination/audit/audit-log.ts'
import type { AuditStore } from '../../storage/audit-store.ts'

export interface DirectTrace {
  readonly store: AuditStore
  readonly config: ServerConfig
  readonly action: 'import' | 'restore' | 'migrate'
}

/**
 * Runs what a command changes in a store that it has open itself, and leaves in the audit log what a server would: who did it, with what
 * `factsOf` says of the result, or that it failed.
 */
export async function traced<T>({ store, config, action }: DirectTrace, work: () => Promise<T>, factsOf: (result: T) => Facts): Promise<T> {
  if (!config.audit.enabled) return work()
  const audit = new AuditLog({ store, clock: systemClock, log: silentLog })
  const deed = { action, agentId: OWNER_SCOPE.agentId, namespace: OWNER_SCOPE.namespace, object: { kind: 'data', ids: [] } } as const
  try {
    const result = await work()
    await audit.record({ ...deed, outcome: 'ok', facts: factsOf(result) })
    return result
  } catch (error) {
    audit.note({ ...deed, outcome: 'failed' })
    throw error
  } finally {
    await audit.close()
  }
}

type Facts = NonNullable<AuditDeed['facts']>
