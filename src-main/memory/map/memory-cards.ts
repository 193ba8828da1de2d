import { toIso } from '../../base/clock.ts'
import type { MemoryCard } from '../../contract/map.ts'
import type { MemoryCard as StoredCard } from '../../storage/map-store.ts'

/** A card as the wires show it. */
export function presentCard({ id, text, agentId, namespace, accessLevel, createdAt }: StoredCard): MemoryCard {
  // Cut between two halves of a character, it would be no text.
  return { id, text: text.toWellFormed(), agent_id: agentId, namespace, access_level: accessLevel, created_at: toIso(createdAt) }
}
