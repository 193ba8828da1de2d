import { z } from 'zod'
import {
  agentIdSchema,
  contentSchema,
  contextSchema,
  importanceSchema,
  instantSchema,
  memoryIdSchema,
  tagsSchema,
  textSchema,
  urlSchema,
} from '../fields.ts'
import { accessLevelSchema, linkSchema, memorySchema, shareSchema } from '../memory.ts'
import { LIMITS } from '../protocol.ts'
import { storageWarningsSchema } from '../storage-warning.ts'
import { REPLACES, SETS, toolContract } from './tool-contract.ts'

const sharesSchema = z.array(shareSchema).max(LIMITS.sharedWith, `must hold at most ${LIMITS.sharedWith} agents`)
const linksSchema = z.array(linkSchema).max(LIMITS.links, `must hold at most ${LIMITS.links} links`)
const memoryResult = z.object({ memory: memorySchema })

const storeInput = z.strictObject({
  content: contentSchema.describe(
    'The text to keep, verbatim. One fact or decision a memory, with the names and dates it needs to stand alone.',
  ),
  summary: textSchema(LIMITS.summaryCharacters).optional().describe('One line for lists, when the content is long.'),
  tags: tagsSchema.default([]).describe('A few short labels, for example ["billing", "decision"].'),
  importance: importanceSchema.default(0.5).describe('0 trivial, 0.5 ordinary, 1 must never be missed.'),
  access_level: accessLevelSchema
    .optional()
    .describe(
      'Your registered default, else private. private: only you; team: agents of your namespace; shared: the agents in shared_with; public: every agent; system: admins only.',
    ),
  shared_with: sharesSchema.default([]).describe('Who may see it when access_level is "shared".'),
  context: contextSchema.default({}).describe('Any JSON object to keep beside it.'),
  ttl_seconds: z
    .number()
    .int('must be a whole number')
    .min(1, 'must be 1 or more')
    .max(10 * 365 * 86_400, 'must be at most ten years')
    .optional()
    .describe('Forget it after so many seconds.'),
  pinned: z.boolean().default(false),
  source_url: urlSchema.optional().describe('Where it was learned.'),
  links: linksSchema.default([]).describe('Edges to memories you can see; kind "supersedes" retires the older one from search.'),
})
const storeOutput = z.object({
  memory: memorySchema,
  duplicate_of: memoryIdSchema.optional().describe('Set when you had stored exactly this content before; `memory` is that one, unchanged.'),
  warnings: storageWarningsSchema,
})
const STORE_DESCRIPTION =
  'Keeps one text for later sessions and other agents. It is durable when this answers. Use it whenever something is worth knowing next week: ' +
  'a decision and its reason, a preference, a bug and its cause, who owns what. Storing exactly the same content again returns the first one. ' +
  'Example: {"content": "Marta decided on 2026-11-20 to keep Postgres 15 until March: the backup tool fails on 16.", "tags": ["decision", "postgres"], "importance": 0.8}'

export const storeMemory = toolContract({
  name: 'store_memory',
  title: 'Store a memory',
  description: STORE_DESCRIPTION,
  family: 'memory',
  profile: 'core',
  input: storeInput,
  output: storeOutput,
  // The same content again returns what is there.
  annotations: SETS,
  audit: { effect: 'changes', object: 'memory', answer: 'memory.id', facts: ['access_level'] },
})

/** Older name of the same tool. */
export const createMemory = toolContract({
  ...storeMemory,
  name: 'create_memory',
  aliasOf: storeMemory.name,
  description: 'The same as store_memory, under its older name.',
  profile: 'all',
})

export const updateMemory = toolContract({
  name: 'update_memory',
  title: 'Update a memory',
  description:
    'Changes the fields you name of one memory and leaves the rest. The version before is kept in its history. ' +
    'Use it to correct or extend a memory instead of storing a second one. ' +
    'Example: {"memory_id": "0199…", "content": "…corrected text…", "importance": 0.9}',
  family: 'memory',
  profile: 'core',
  input: z.strictObject({
    memory_id: memoryIdSchema,
    content: contentSchema.optional(),
    summary: textSchema(LIMITS.summaryCharacters).nullable().optional().describe('null removes it.'),
    tags: tagsSchema.optional().describe('Replaces all tags.'),
    importance: importanceSchema.optional(),
    access_level: accessLevelSchema.optional(),
    context: contextSchema.optional().describe('Replaces the whole context.'),
    pinned: z.boolean().optional(),
    source_url: urlSchema.nullable().optional().describe('null removes it.'),
    expires_at: instantSchema.nullable().optional().describe('null keeps it for ever.'),
    links: linksSchema.optional().describe('Replaces all links.'),
    expected_version: z.number().int().min(1).optional().describe('Refuse with a conflict if the memory has moved on from this version.'),
  }),
  output: memoryResult.extend({ warnings: storageWarningsSchema }),
  annotations: REPLACES,
  audit: { effect: 'changes', object: 'memory', argument: 'memory_id', facts: ['access_level', 'pinned'] },
})

export const deleteMemory = toolContract({
  name: 'delete_memory',
  title: 'Delete a memory',
  description:
    'Moves one of your memories to the trash: nobody finds it any more, and restore_memory brings it back until the trash is emptied. ' +
    'Example: {"memory_id": "0199…"}',
  family: 'memory',
  profile: 'core',
  input: z.strictObject({
    memory_id: memoryIdSchema,
    permanent: z.boolean().default(false).describe('Erase it and its history for good. Only the person at the machine may.'),
  }),
  output: z.object({ memory_id: memoryIdSchema, deleted_at: instantSchema.optional(), permanent: z.boolean() }),
  annotations: REPLACES,
  audit: { effect: 'changes', object: 'memory', argument: 'memory_id', facts: ['permanent'] },
})

export const restoreMemory = toolContract({
  name: 'restore_memory',
  title: 'Restore a memory',
  description:
    'Brings a memory back from the trash, or back to the state it had at an earlier version (see get_memory_history). ' +
    'Example: {"memory_id": "0199…", "version": 2}',
  family: 'memory',
  profile: 'standard',
  input: z.strictObject({
    memory_id: memoryIdSchema,
    version: z.number().int().min(1).optional().describe('Go back to this version; without it, only out of the trash.'),
  }),
  output: memoryResult,
  annotations: SETS,
  audit: { effect: 'changes', object: 'memory', argument: 'memory_id', facts: ['version'] },
})

export const shareMemory = toolContract({
  name: 'share_memory',
  title: 'Share a memory',
  description:
    'Lets other agents see one of your private or shared memories, or takes that back. Grants are added to those that stand. ' +
    'Example: {"memory_id": "0199…", "shared_with": [{"agent_id": "reviewer", "permission": "read"}]}',
  family: 'memory',
  profile: 'standard',
  input: z.strictObject({
    memory_id: memoryIdSchema,
    shared_with: sharesSchema.default([]).describe('Grants to add or change.'),
    remove: z.array(agentIdSchema).max(LIMITS.sharedWith).default([]).describe('Agents to take the grant from.'),
  }),
  output: memoryResult,
  annotations: SETS,
  audit: { effect: 'changes', object: 'memory', argument: 'memory_id' },
})
