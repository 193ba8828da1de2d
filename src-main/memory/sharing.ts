import { AppError, invalidField } from '../base/errors.ts'
import type { Memory, Share } from '../contract/memory.ts'
import { LIMITS } from '../contract/protocol.ts'
import type { MemoryPatch } from '../storage/memory-store.ts'

/**
 * The patch that adds `grants` to a memory and takes away those of `removed`. Throws `conflict` for levels where grants have no
 * effect: to share a team memory would hide it from the team, so that must be asked for in so many words.
 */
export function mergeShares(memory: Memory, grants: readonly Share[], removed: readonly string[]): MemoryPatch {
  if (memory.access_level !== 'private' && memory.access_level !== 'shared') {
    throw new AppError(
      'conflict',
      `Grants have no effect on a memory of access_level "${memory.access_level}". Set access_level to "shared" with update_memory first; then only the agents you name see it.`,
      { details: { access_level: memory.access_level } },
    )
  }
  const gone = new Set(removed)
  const shares = onePerAgent([...memory.shared_with.filter((share) => !gone.has(share.agent_id)), ...grants])
  if (shares.length > LIMITS.sharedWith)
    throw invalidField(
      'shared_with',
      `would hold ${shares.length} agents, and at most ${LIMITS.sharedWith} fit; use access_level "team" or "public"`,
    )
  return { shared_with: shares, access_level: shares.length > 0 ? 'shared' : 'private' }
}

/** Of several grants to one agent, the last: two would contradict each other. */
export function onePerAgent(shares: readonly Share[]): Share[] {
  return [...new Map(shares.map((share) => [share.agent_id, share])).values()]
}
