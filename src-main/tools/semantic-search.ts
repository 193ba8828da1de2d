import type { ToolArguments, ToolOutput } from '../contract/tools.ts'
import type { MemorySearch } from '../memory/memory-search.ts'
import { SEARCH_WEIGHTS } from '../memory/ranking.ts'
import { defineTool } from './tool.ts'
import type { ToolContext } from './tool.ts'

export function semanticSearchTool(search: MemorySearch) {
  return defineTool('semantic_search', (args, context) => runSearch(search, args, context))
}

/** The same handler under its older name. */
export function searchMemoriesTool(search: MemorySearch) {
  return defineTool('search_memories', (args, context) => runSearch(search, args, context))
}

async function runSearch(
  search: MemorySearch,
  args: ToolArguments<'semantic_search'>,
  { scope, signal }: ToolContext,
): Promise<ToolOutput<'semantic_search'>> {
  const answer = await search.search(
    {
      ...args,
      minScore: args.min_score,
      includeShared: args.include_shared,
      includeSuperseded: args.include_superseded,
      weights: SEARCH_WEIGHTS,
    },
    scope,
    signal,
  )
  return { query: args.query, count: answer.memories.length, ...answer }
}
