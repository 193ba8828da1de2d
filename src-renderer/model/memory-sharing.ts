import type { Memory, Share } from '../../src-main/contract/memory.ts'

/** Whether a grant counts at `now` (epoch ms). */
export function isLive({ expires_at: end }: Share, now: number): boolean {
  return end === undefined || Date.parse(end) > now
}

/** The agents that grants let in at `now`, besides the owner; none where grants have no effect. */
export function grantees({ access_level: level, shared_with: shares, agent_id: owner }: Memory, now: number): string[] {
  if (level !== 'shared') return []
  return shares.filter((share) => isLive(share, now) && share.agent_id !== owner).map((share) => share.agent_id)
}

/** Agents that may be added: those known, without the owner and who has a grant, and narrowed by what was typed. */
export function candidatesFor({ agent_id: owner, shared_with: shares }: Memory, known: readonly string[], typed: string): string[] {
  const wanted = typed.trim().toLowerCase()
  const taken = new Set([owner, ...shares.map((share) => share.agent_id)])
  return known.filter((agentId) => !taken.has(agentId) && agentId.toLowerCase().includes(wanted))
}

const DAY_MS = 86_400_000
/** How long a grant may last, in milliseconds. */
export const SPANS = { hour: 3_600_000, day: DAY_MS, week: 7 * DAY_MS, month: 30 * DAY_MS } as const
export type Span = keyof typeof SPANS
export const SPAN_NAMES = Object.keys(SPANS) as Span[] // of the table

/** The same grant with another end; without one when `end` (epoch ms) is undefined. */
export function endingAt({ agent_id, permission }: Share, end: number | undefined): Share {
  return { agent_id, permission, ...(end !== undefined && { expires_at: new Date(end).toISOString() }) }
}
