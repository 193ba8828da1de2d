/** PORT. What an agent needs to be let in, kept outside of every client's configuration: its bridge reads it by the agent's id. */
export interface AgentKeys {
  /** Makes it, or leaves what is there. Called before the entry is written. */
  prepareAgent(agentId: string): Promise<void>
  /** Takes it back, when no connection is for this agent any more. */
  retireAgent(agentId: string): Promise<void>
}

/** Where agents are let in by their name. */
export const noAgentKeys: AgentKeys = { prepareAgent: () => Promise.resolve(), retireAgent: () => Promise.resolve() }
