import { invalidField } from '../base/errors.ts'
import type { MemoryReader } from '../memory/memory-reader.ts'
import type { MemorySearch } from '../memory/memory-search.ts'
import { RECALL_WEIGHTS } from '../memory/ranking.ts'
import { defineTool } from './tool.ts'

export function recallMemoryTool(reader: MemoryReader, search: MemorySearch) {
  return defineTool('recall_memory', async (args, { scope, signal }) => {
    if ((args.memory_id === undefined) === (args.query === undefined)) {
      throw invalidField('recall_memory', 'needs either memory_id or query, and not both')
    }
    if (args.memory_id !== undefined) return { memory: await reader.recall(args.memory_id, scope) }
    const query = args.query ?? ''
    const answer = await search.search(
      { ...args, query, minScore: 0, mode: 'hybrid', includeShared: true, includeSuperseded: false, weights: RECALL_WEIGHTS },
      scope,
      signal,
    )
    await reader.countAccess(
      answer.memories.map((memory) => memory.id),
      scope,
    )
    return { query, memories: answer.memories, ...(answer.degraded !== undefined && { degraded: answer.degraded }) }
  })
}
