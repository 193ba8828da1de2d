import type { AuditFilter, AuditOutcome } from '../api/types.ts'

export type AuditSince = 'any' | 'hour' | 'day' | 'week' | 'month'
export const AUDIT_SINCE_CHOICES: readonly AuditSince[] = ['any', 'hour', 'day', 'week', 'month']
const SINCE_MS: Readonly<Record<Exclude<AuditSince, 'any'>, number>> = {
  hour: 3_600_000,
  day: 86_400_000,
  week: 7 * 86_400_000,
  month: 30 * 86_400_000,
}

/** As typed and chosen; empty fields narrow nothing. */
export interface AuditChoice {
  readonly agentId: string
  readonly action: string
  readonly objectId: string
  readonly outcome: AuditOutcome | 'any'
  readonly since: AuditSince
}

export const NO_CHOICE: AuditChoice = { agentId: '', action: '', objectId: '', outcome: 'any', since: 'any' }

/** Parameters of the API. Whole minutes: the same question a second later is the same request. */
export function auditFilterOf({ agentId, action, objectId, outcome, since }: AuditChoice, now: number): AuditFilter {
  return {
    ...(agentId.trim() === '' ? {} : { agent_id: agentId.trim() }),
    ...(action.trim() === '' ? {} : { action: action.trim() }),
    ...(objectId.trim() === '' ? {} : { object_id: objectId.trim() }),
    ...(outcome === 'any' ? {} : { outcome }),
    ...(since === 'any' ? {} : { since: new Date(Math.floor(now / 60_000) * 60_000 - SINCE_MS[since]).toISOString() }),
  }
}
