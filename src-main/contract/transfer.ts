import { z } from 'zod'
import { agentSchema } from './agent.ts'
import { agentIdSchema, contentSchema, contextSchema, instantSchema, memoryIdSchema, namespaceSchema, tagsSchema } from './fields.ts'
import { historyActionSchema, memorySchema } from './memory.ts'
import { taskSchema } from './task.ts'
import { executionSchema, workflowSchema, workflowStepSchema } from './workflow.ts'

/**
 * The file that `export` writes and `import` reads: JSON lines. A header, one record a line with its keys in a fixed order, a footer.
 * See resources/docs/moving.md.
 */
export const TRANSFER_FORMAT = 'tmws-export'
export const TRANSFER_FORMAT_VERSION = 1
export const TRANSFER_CONTENT_TYPE = 'application/x-ndjson'

export const transferHeaderSchema = z.strictObject({
  format: z.literal(TRANSFER_FORMAT),
  format_version: z.number().int(),
  made_by: z.string(),
  exported_at: instantSchema.optional(),
  selection: z.strictObject({
    namespace: namespaceSchema.optional(),
    agent_id: agentIdSchema.optional(),
    trash: z.boolean(),
    history: z.boolean(),
    vectors: z.boolean(),
  }),
})
export type TransferHeader = z.infer<typeof transferHeaderSchema>

const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in hex')

export const transferFooterSchema = z.strictObject({
  kind: z.literal('end'),
  counts: z.record(z.string(), z.number().int()),
  /** Of the records alone: the same for the same content, whenever and from wherever it was written. */
  body_sha256: sha256Schema,
  /** Of everything before the footer. */
  sha256: sha256Schema,
})
export type TransferFooter = z.infer<typeof transferFooterSchema>

const memoryFields = { ...memorySchema.shape, content: contentSchema, tags: tagsSchema, context: contextSchema }

/** Scale and one byte a dimension; see storage/quantized-vector.ts. */
const VECTOR_SCALE_BYTES = 4

const { status: _status, live_sessions: _sessions, memory_count: _count, ...agentFields } = agentSchema.shape

/** One line of the body. What passes is used as it stands: defaults and key order of these schemas change nothing. */
export const transferRecordSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('agent'), ...agentFields }),
  z.strictObject({ kind: z.literal('memory'), ...memoryFields }),
  z.strictObject({
    kind: z.literal('history'),
    memory_id: memoryIdSchema,
    version: z.number().int().min(1),
    action: historyActionSchema,
    changed_at: instantSchema,
    changed_by: z.string(),
    before: z.strictObject(memoryFields).optional(),
  }),
  z
    .strictObject({
      kind: z.literal('vector'),
      memory_id: memoryIdSchema,
      model: z.string().min(1),
      dimensions: z.number().int().min(1).max(65_536),
      windows: z.array(z.base64()).min(1),
    })
    .refine(
      ({ dimensions, windows }) => windows.every((bytes) => Buffer.byteLength(bytes, 'base64') === dimensions + VECTOR_SCALE_BYTES),
      'windows must each hold as many bytes as dimensions, and 4',
    ),
  z.strictObject({ kind: z.literal('task'), ...taskSchema.shape }),
  z.strictObject({ kind: z.literal('workflow'), ...workflowSchema.shape }),
  z.strictObject({
    kind: z.literal('execution'),
    ...executionSchema.shape,
    definition: z.array(workflowStepSchema),
    scope: z.strictObject({
      kind: z.enum(['owner', 'agent']),
      agentId: agentIdSchema,
      namespace: namespaceSchema,
      isAdmin: z.boolean(),
    }),
    cancel_reason: z.string().optional(),
  }),
])
export type TransferLine = z.infer<typeof transferRecordSchema>

const tallySchema = z.object({
  new: z.number().int(),
  unchanged: z.number().int(),
  replaced: z.number().int(),
  skipped: z.record(z.string(), z.number().int()).describe('By reason.'),
})

/** What an import did, or with `dry_run` would do. */
export const importSummarySchema = z.object({
  format: z.enum(['tmws-export', 'mcp-memory']),
  dry_run: z.boolean(),
  records: z.number().int(),
  kinds: z.record(z.string(), tallySchema),
  kept: z
    .array(z.object({ line: z.number().int(), kind: z.string(), id: z.string(), reason: z.string() }))
    .describe('The first hundred records that were skipped.'),
  bad_lines: z.array(z.object({ line: z.number().int(), reason: z.string() })).describe('Those that could not be read, a hundred at most.'),
  bad_line_count: z.number().int(),
})
export type ImportSummary = z.infer<typeof importSummarySchema>

/** How many records came or were replaced, of every kind together. */
export function changesIn({ kinds }: Pick<ImportSummary, 'kinds'>): { readonly new: number; readonly replaced: number } {
  const tallies = Object.values(kinds)
  const sum = (of: 'new' | 'replaced'): number => tallies.reduce((total, tally) => total + tally[of], 0)
  return { new: sum('new'), replaced: sum('replaced') }
}

/** A line of the answer to an import that asked for progress. */
export type ImportNotice =
  | { readonly progress: { readonly records: number; readonly total: number; readonly phase: 'checking' | 'importing' } }
  | { readonly summary: ImportSummary }
  | { readonly error: { readonly code: string; readonly message: string; readonly details?: Readonly<Record<string, unknown>> } }

export const exportQuerySchema = z.strictObject({
  namespace: namespaceSchema.optional().describe('Only what belongs to this namespace.'),
  agent_id: agentIdSchema.optional().describe('Only what belongs to this agent.'),
  trash: z.boolean().default(true).describe('false leaves the trash out.'),
  history: z.boolean().default(true).describe('false leaves earlier versions out.'),
  vectors: z.boolean().default(false).describe('true takes the vectors along, so that nothing has to be embedded again.'),
  reproducible: z.boolean().default(false).describe('true leaves the date out: the same content is then the same file, byte for byte.'),
  gzip: z.boolean().default(false).describe('true compresses the file.'),
})
export type ExportQuery = z.infer<typeof exportQuerySchema>

export const importQuerySchema = z.strictObject({
  dry_run: z.boolean().default(false).describe('true changes nothing and says what would be done.'),
  on_conflict: z
    .enum(['skip', 'replace', 'fail'])
    .default('skip')
    .describe(
      'When an id is there with something else in it: leave that, replace it (a memory keeps what it was in its history), or refuse all.',
    ),
  accept_damage: z.boolean().default(false).describe('true takes what can be read of a file that is cut off or was edited.'),
  continue_runs: z.boolean().default(false).describe('true goes on with runs that had not ended; else they come as cancelled.'),
  agent_id: agentIdSchema.default('imported').describe('Who owns what comes from another program.'),
  namespace: namespaceSchema.default('default').describe('Where what comes from another program goes.'),
})
export type ImportQuery = z.infer<typeof importQuerySchema>

export const backupSchema = z.object({
  name: z.string(),
  file: z.string().describe('Where it lies on the machine of the server.'),
  kind: z.enum(['scheduled', 'manual', 'before-schema', 'before-restore', 'before-import']),
  created_at: instantSchema,
  bytes: z.number().int(),
})
export type Backup = z.infer<typeof backupSchema>

export const restoreQuerySchema = z.strictObject({
  dry_run: z.boolean().default(false).describe('true changes nothing and says what would be done.'),
})
export type RestoreQuery = z.infer<typeof restoreQuerySchema>

/** What a restore did, or with `dry_run` would do. */
export const restoreSummarySchema = z.object({
  backup: backupSchema,
  dry_run: z.boolean(),
  records: z.number().int().describe('How many there are in the backup, histories and vectors counted.'),
  kinds: z
    .record(z.string(), tallySchema)
    .describe('`replaced`: memories that are what they were again; `skipped`: what is left as it is here.'),
  kept: importSummarySchema.shape.kept,
  kept_as: backupSchema.optional().describe('The copy of what was there before. Absent when nothing was to be changed.'),
})
export type RestoreSummary = z.infer<typeof restoreSummarySchema>

/** A line of the answer to a restore that asked for progress. */
export type RestoreNotice = Exclude<ImportNotice, { summary: unknown }> | { readonly summary: RestoreSummary }
