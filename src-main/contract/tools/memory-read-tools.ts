import { z } from 'zod'
import {
  agentIdSchema,
  cursorSchema,
  importanceSchema,
  limitSchema,
  memoryIdSchema,
  namespaceSchema,
  tagsSchema,
  textSchema,
  timeExpressionSchema,
} from '../fields.ts'
import { accessLevelSchema, historyEntrySchema, linkSchema, memoryHitSchema, memorySchema } from '../memory.ts'
import { LIMITS } from '../protocol.ts'
import { NO_TRACE, READ_ONLY, SHOWS_MEMORIES, SHOWS_MEMORY, toolContract } from './tool-contract.ts'

/** Filters that search, recall and lists share; each applies before the limit. */
const filterFields = {
  tags: tagsSchema.optional().describe('Only memories with these tags.'),
  tag_match: z.enum(['any', 'all']).default('any'),
  agent_id: agentIdSchema.optional().describe('Only memories of this agent.'),
  namespace: namespaceSchema.optional().describe('Only memories of this namespace.'),
  min_importance: importanceSchema.default(0),
  since: timeExpressionSchema.optional().describe('Only memories created at or after this time.'),
  until: timeExpressionSchema.optional().describe('Only memories created before this time.'),
}

const degradedSchema = z.string().optional().describe('Set when search works less well than it should, and why.')

const searchInput = z.strictObject({
  query: textSchema(LIMITS.queryCharacters).describe('A question or a few words.'),
  limit: limitSchema(10),
  min_score: importanceSchema.default(0).describe('Leave out hits that score less.'),
  ...filterFields,
  include_shared: z.boolean().default(true).describe('false: only your own memories.'),
  mode: z.enum(['hybrid', 'vector', 'keyword']).default('hybrid').describe('hybrid weighs meaning and words together.'),
  include_superseded: z.boolean().default(false),
})
const searchOutput = z.object({
  query: z.string(),
  mode: z.enum(['hybrid', 'vector', 'keyword']).describe('What really ran; keyword when meaning was not to be had.'),
  count: z.number().int(),
  memories: z.array(memoryHitSchema),
  degraded: degradedSchema,
})

export const semanticSearch = toolContract({
  name: 'semantic_search',
  title: 'Search memories',
  description:
    'Finds memories by meaning and by words, best first, each with a score and why it matched. Use it before answering from what may have been ' +
    'decided or learned earlier, in this or another client. Example: {"query": "why did we stay on the old database version?", "limit": 5}',
  family: 'memory',
  profile: 'core',
  input: searchInput,
  output: searchOutput,
  annotations: READ_ONLY,
  audit: SHOWS_MEMORIES,
})

/** Older name of the same tool. */
export const searchMemories = toolContract({
  ...semanticSearch,
  name: 'search_memories',
  aliasOf: semanticSearch.name,
  description: 'The same as semantic_search, under its older name.',
  profile: 'all',
})

export const recallMemory = toolContract({
  name: 'recall_memory',
  scope: 'read',
  title: 'Recall a memory',
  description:
    'Reads one whole memory by id, or the few that matter most for a question: like semantic_search, but recent and important ones weigh more. ' +
    'Counts as an access. Give memory_id or query, not both. Example: {"memory_id": "0199…"} or {"query": "what is Marta working on"}',
  family: 'memory',
  profile: 'core',
  input: z.strictObject({
    memory_id: memoryIdSchema.optional(),
    query: textSchema(LIMITS.queryCharacters).optional(),
    limit: limitSchema(5),
    ...filterFields,
  }),
  output: z.object({
    memory: memorySchema.optional().describe('The memory of that id.'),
    query: z.string().optional(),
    memories: z.array(memoryHitSchema).optional().describe('The best for the query.'),
    degraded: degradedSchema,
  }),
  annotations: { ...READ_ONLY, readOnlyHint: false, idempotentHint: true },
  audit: SHOWS_MEMORY,
})

export const listMemories = toolContract({
  name: 'list_memories',
  title: 'List memories',
  description:
    'Pages through the memories you may see, newest first, with filters and no ranking. Use semantic_search to find something; this to review. ' +
    'Example: {"tags": ["decision"], "since": "last month", "limit": 20}',
  family: 'memory',
  profile: 'standard',
  input: z.strictObject({
    limit: limitSchema(20),
    cursor: cursorSchema.optional(),
    ...filterFields,
    access_level: accessLevelSchema.optional(),
    pinned: z.boolean().optional(),
    sort: z.enum(['newest', 'oldest', 'updated', 'importance']).default('newest'),
    trash: z.boolean().default(false).describe('true: what you deleted, instead of what is there.'),
  }),
  output: z.object({
    memories: z.array(memorySchema),
    total: z.number().int().describe('How many there are in all, over every page.'),
    next_cursor: z.string().optional().describe('Absent on the last page.'),
  }),
  annotations: READ_ONLY,
  audit: SHOWS_MEMORIES,
})

export const getMemoryHistory = toolContract({
  name: 'get_memory_history',
  title: 'Get the history of a memory',
  description: 'Lists who changed a memory, when, and what it was before, newest change first. Example: {"memory_id": "0199…"}',
  family: 'memory',
  profile: 'standard',
  input: z.strictObject({ memory_id: memoryIdSchema, limit: limitSchema(20), cursor: cursorSchema.optional() }),
  output: z.object({ memory_id: memoryIdSchema, history: z.array(historyEntrySchema), next_cursor: z.string().optional() }),
  annotations: READ_ONLY,
  audit: SHOWS_MEMORY,
})

export const getMemoryLinks = toolContract({
  name: 'get_memory_links',
  title: 'Get the links of a memory',
  description: 'Links from and to a memory, among the memories you may see.',
  family: 'memory',
  profile: 'rest',
  input: z.strictObject({ memory_id: memoryIdSchema }),
  output: z.object({
    memory_id: memoryIdSchema,
    outgoing: z.array(linkSchema),
    incoming: z.array(z.object({ from: memoryIdSchema, kind: linkSchema.shape.kind })),
  }),
  annotations: READ_ONLY,
  audit: { effect: 'nothing', object: 'memory', argument: 'memory_id' },
})

export const listTags = toolContract({
  name: 'list_tags',
  title: 'List tags',
  description: 'The tags of the memories you may see, most used first.',
  family: 'memory',
  profile: 'rest',
  input: z.strictObject({ limit: limitSchema(100) }),
  output: z.object({ tags: z.array(z.object({ tag: z.string(), count: z.number().int() })) }),
  annotations: READ_ONLY,
  audit: NO_TRACE,
})
