import { AppError } from '../base/errors.ts'

export interface ConnectionLimits {
  /** Live connections in all. */
  readonly maxConnections: number
  /** Live connections of one agent, by the name it connected with. */
  readonly maxConnectionsPerAgent: number
}

/** How many connections there are, and whether one more may come. */
export class ConnectionRoom {
  readonly #limits: ConnectionLimits
  readonly #byAgent = new Map<string, number>()
  #count = 0

  constructor(limits: ConnectionLimits) {
    this.#limits = limits
  }

  /** Takes a place, which `leave` gives back. Throws `unavailable`, which says which limit is reached. */
  enter(agentId: string): void {
    const { maxConnections, maxConnectionsPerAgent } = this.#limits
    const own = this.#byAgent.get(agentId) ?? 0
    if (this.#count >= maxConnections) {
      throw new AppError(
        'unavailable',
        `The server has its maximum of ${maxConnections} connections; close one, or raise TMWS_WS_MAX_CONNECTIONS.`,
        { details: { max_connections: maxConnections } },
      )
    }
    if (own >= maxConnectionsPerAgent) {
      throw agentIsFull(agentId, maxConnectionsPerAgent)
    }
    this.#count += 1
    this.#byAgent.set(agentId, own + 1)
  }

  leave(agentId: string): void {
    const own = this.#byAgent.get(agentId)
    if (own === undefined) return
    this.#count -= 1
    if (own > 1) this.#byAgent.set(agentId, own - 1)
    else this.#byAgent.delete(agentId)
  }
}

export function agentIsFull(agentId: string, most: number): AppError {
  return new AppError(
    'unavailable',
    `The agent "${agentId}" has its maximum of ${most} connections; close one, use another X-Agent-ID, or raise TMWS_WS_MAX_CONNECTIONS_PER_AGENT.`,
    { details: { max_connections_per_agent: most, agent_id: agentId } },
  )
}
