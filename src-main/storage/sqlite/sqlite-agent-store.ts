import type { AgentRecord, AgentStore, NewAgent } from '../agent-store.ts'
import type { SqliteCall } from './sqlite-call.ts'

/** Agents in the same file and on the same thread as the memories. Closing the memory store closes both. */
export class SqliteAgentStore implements AgentStore {
  readonly #call: SqliteCall

  constructor(call: SqliteCall) {
    this.#call = call
  }

  see(agentId: string, namespace: string, now: string): Promise<void> {
    return this.#call('seeAgent', agentId, namespace, now)
  }

  register(agent: NewAgent, now: string): Promise<AgentRecord> {
    return this.#call('registerAgent', agent, now)
  }

  get(agentId: string): Promise<AgentRecord | undefined> {
    return this.#call('getAgent', agentId)
  }

  list(query: Parameters<AgentStore['list']>[0]): ReturnType<AgentStore['list']> {
    return this.#call('listAgents', query)
  }
}
