import type { AccessLevel } from '../contract/memory.ts'

/**
 * PORT. Which agents are known: those that registered, and those that were only seen. Times are ISO 8601 UTC with milliseconds.
 * Errors: AppError `unavailable` when the store is down.
 */
export interface AgentStore {
  /** Notes that an agent was here: makes an unregistered record, or moves `last_seen_at` on. Never changes what was registered. */
  see(agentId: string, namespace: string, now: string): Promise<void>
  /** Registers an agent, also one that was only seen. Throws `conflict` when it is registered already. */
  register(agent: NewAgent, now: string): Promise<AgentRecord>
  get(agentId: string): Promise<AgentRecord | undefined>
  /** A page by agent id. Throws `invalid_request` on a cursor that is not ours. */
  list(query: {
    readonly namespace?: string
    readonly limit: number
    readonly cursor?: string
  }): Promise<{ readonly agents: AgentRecord[]; readonly nextCursor?: string }>
}

export interface NewAgent {
  readonly agent_id: string
  readonly display_name: string
  readonly namespace: string
  readonly capabilities: Readonly<Record<string, unknown>>
  readonly access_level: AccessLevel
  readonly metadata: Readonly<Record<string, unknown>>
}

export interface AgentRecord extends NewAgent {
  readonly is_registered: boolean
  readonly created_at: string
  readonly last_seen_at?: string
}
