import { agentCursor, alreadyRegistered, readAgentCursor } from '../agent-rules.ts'
import type { AgentRecord, AgentStore, NewAgent } from '../agent-store.ts'

/** Agents of one process. They are gone when it ends. */
export class VolatileAgentStore implements AgentStore {
  readonly #agents = new Map<string, AgentRecord>()

  /** For the transfer. */
  get records(): Map<string, AgentRecord> {
    return this.#agents
  }

  see(agentId: string, namespace: string, now: string): Promise<void> {
    const known = this.#agents.get(agentId)
    this.#agents.set(
      agentId,
      known ? { ...known, last_seen_at: now } : { ...unregistered(agentId, namespace), created_at: now, last_seen_at: now },
    )
    return Promise.resolve()
  }

  register(agent: NewAgent, now: string): Promise<AgentRecord> {
    const known = this.#agents.get(agent.agent_id)
    if (known?.is_registered) return Promise.reject(alreadyRegistered(agent.agent_id))
    const record: AgentRecord = {
      ...structuredClone(agent),
      is_registered: true,
      created_at: known?.created_at ?? now,
      ...(known?.last_seen_at !== undefined && { last_seen_at: known.last_seen_at }),
    }
    this.#agents.set(agent.agent_id, record)
    return Promise.resolve(record)
  }

  get(agentId: string): Promise<AgentRecord | undefined> {
    return Promise.resolve(this.#agents.get(agentId))
  }

  // Async, so that a bad cursor rejects rather than throws.
  // eslint-disable-next-line @typescript-eslint/require-await -- as above
  async list(query: Parameters<AgentStore['list']>[0]): ReturnType<AgentStore['list']> {
    const after = query.cursor === undefined ? '' : readAgentCursor(query.cursor)
    const all = [...this.#agents.values()]
      .filter((agent) => agent.agent_id > after && (query.namespace === undefined || agent.namespace === query.namespace))
      .sort((a, b) => (a.agent_id < b.agent_id ? -1 : 1))
    const agents = all.slice(0, query.limit)
    const last = agents.at(-1)
    return { agents, ...(last && all.length > agents.length && { nextCursor: agentCursor(last.agent_id) }) }
  }
}

function unregistered(agentId: string, namespace: string): Omit<AgentRecord, 'created_at'> {
  return {
    agent_id: agentId,
    display_name: agentId,
    namespace,
    capabilities: {},
    access_level: 'private',
    metadata: {},
    is_registered: false,
  }
}
