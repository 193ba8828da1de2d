import type { ClientPlace, ClientStatus } from '../api/clients-api.ts'
import type { Agent, SessionInfo } from '../api/types.ts'

/** How many programs are connected, of those that were found. */
export function connectedOfFound(clients: readonly ClientStatus[]): { readonly connected: number; readonly found: number } {
  return {
    connected: clients.filter(({ state }) => state === 'connected').length,
    found: clients.filter(({ state }) => state !== 'absent').length,
  }
}

/** Who a program is to the server, whether or not it has been connected. */
export function agentIdOf({ agent_id, id }: ClientStatus): string {
  return agent_id ?? id
}

/** The place that is spoken of first: one with something in the way, else the first that is there. */
export function mainPlace({ places }: ClientStatus): ClientPlace | undefined {
  return blockedPlace(places) ?? places.find(({ state }) => state !== 'absent' && state !== 'none') ?? places.find(isThere) ?? places[0]
}

/** A place whose file is left alone whatever is asked, with the reason in `problem`. */
export function blockedPlace(places: readonly ClientPlace[]): ClientPlace | undefined {
  return places.find((place) => isThere(place) && place.problem !== undefined)
}

export function isThere({ state }: ClientPlace): boolean {
  return state !== 'absent'
}

export interface Presence {
  readonly sessions: number
  /** ISO 8601; absent for an agent that was never here. */
  readonly lastSeen?: string
}

/** Whether a program is here now, by the sessions of its agent. */
export function presenceOf(client: ClientStatus, sessions: readonly SessionInfo[], agents: readonly Agent[]): Presence {
  const agentId = agentIdOf(client)
  const own = sessions.filter((session) => session.agent_id === agentId)
  const lastSeen = agents.find((agent) => agent.agent_id === agentId)?.last_seen_at
  return { sessions: own.length, ...(lastSeen !== undefined && { lastSeen }) }
}
