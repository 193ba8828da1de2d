import { z } from 'zod'
import { agentIdSchema, instantSchema, memoryIdSchema } from './fields.ts'

/** Who may see a memory, from narrow to wide. The rule is `canRead` in scope.ts. */
export const accessLevelSchema = z.enum(['private', 'team', 'shared', 'public', 'system'])
export type AccessLevel = z.infer<typeof accessLevelSchema>

/** One grant of a `shared` memory. */
export const shareSchema = z.strictObject({
  agent_id: agentIdSchema.describe('The agent who may see the memory.'),
  permission: z.enum(['read', 'write']).default('read').describe('`write` also allows editing the content, tags and importance.'),
  expires_at: instantSchema.optional().describe('When the grant ends.'),
})
export type Share = z.infer<typeof shareSchema>

/** A typed edge from one memory to another. */
export const linkSchema = z.strictObject({
  to: memoryIdSchema.describe('Id of the other memory.'),
  kind: z.enum(['relates', 'supersedes', 'contradicts', 'causes', 'part_of']),
})
export type Link = z.infer<typeof linkSchema>

/** A memory as every wire shows it. `content` is verbatim what was stored. */
export const memorySchema = z.object({
  id: memoryIdSchema,
  content: z.string(),
  summary: z.string().optional(),
  tags: z.array(z.string()),
  importance: z.number().min(0).max(1),
  access_level: accessLevelSchema,
  shared_with: z.array(shareSchema).describe('All grants for the owner; only your own for others.'),
  agent_id: z.string().describe('The agent that owns it.'),
  namespace: z.string(),
  context: z.record(z.string(), z.unknown()),
  source_url: z.string().optional(),
  pinned: z.boolean(),
  created_at: instantSchema,
  updated_at: instantSchema,
  accessed_at: instantSchema.optional(),
  access_count: z.number().int().min(0),
  expires_at: instantSchema.optional(),
  deleted_at: instantSchema.optional().describe('Set while it is in the trash.'),
  version: z.number().int().min(1).describe('Grows by one with each change.'),
  superseded_by: memoryIdSchema.optional(),
  links: z.array(linkSchema),
})
export type Memory = z.infer<typeof memorySchema>

/** Why a search hit was found: each part 0..1, absent where it did not count. */
export const whySchema = z.object({
  vector: z.number().optional().describe('Closeness of meaning.'),
  keyword: z.number().optional().describe('Share of the question’s words found, rare words counting more.'),
  importance: z.number().optional(),
  recency: z.number().optional(),
})
export type Why = z.infer<typeof whySchema>

export const memoryHitSchema = memorySchema.extend({ score: z.number().min(0).max(1), why: whySchema })
export type MemoryHit = z.infer<typeof memoryHitSchema>

export const historyActionSchema = z.enum(['created', 'updated', 'shared', 'deleted', 'restored', 'expired', 'imported'])
export type HistoryAction = z.infer<typeof historyActionSchema>

/** One change of a memory: who, when, and the whole memory as it was before (absent for `created`). */
export const historyEntrySchema = z.object({
  version: z.number().int().min(1).describe('The version this change made.'),
  action: historyActionSchema,
  changed_at: instantSchema,
  changed_by: z.string().describe('Agent id, `owner` for the person, `system` for expiry.'),
  before: memorySchema.optional(),
})
export type HistoryEntry = z.infer<typeof historyEntrySchema>
