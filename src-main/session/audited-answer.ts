/** Ids and owners in the answers of tools, which have the shapes of their contracts. */

/** The text at a dotted path, if there is one. */
export function textAt(value: unknown, path: string): string | undefined {
  let found = value
  for (const key of path.split('.'))
    found = typeof found === 'object' && found !== null ? (found as Record<string, unknown>)[key] : undefined // any object can be asked
  return typeof found === 'string' ? found : undefined
}

/** Ids of the memories in an answer that belong to others: of a memory, of a list of them, and of the earlier versions in a history. */
export function memoriesOfOthers(answer: Readonly<Record<string, unknown>>, agentId: string): string[] {
  const { memory, memories, history } = answer
  const earlier = listOf(history).map((entry) => (entry as { readonly before?: unknown } | null)?.before)
  const shown = [memory, ...listOf(memories), ...earlier]
  return [...new Set(shown.flatMap((candidate) => (isOfOther(candidate, agentId) ? [candidate.id] : [])))]
}

function isOfOther(value: unknown, agentId: string): value is { readonly id: string } {
  const owner = textAt(value, 'agent_id')
  return owner !== undefined && owner !== agentId && textAt(value, 'id') !== undefined
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
