import { z } from 'zod'
import { agentIdSchema, instantSchema, lineSchema, namespaceSchema, timeExpressionSchema } from './fields.ts'

/** The audit log: what was done, by whom, from where, on what, and how it ended. See resources/docs/audit.md. */

/** `ok`: done. `denied`: refused by a rule of access. `failed`: tried, and it did not go well. */
export const auditOutcomeSchema = z.enum(['ok', 'denied', 'failed'])
export type AuditOutcome = z.infer<typeof auditOutcomeSchema>

export const auditObjectKindSchema = z.enum(['memory', 'agent', 'task', 'workflow', 'execution', 'session', 'token', 'data', 'server'])
export type AuditObjectKind = z.infer<typeof auditObjectKindSchema>

const sha256Schema = z.string().describe('SHA-256 in hex.')

export const auditEntrySchema = z.object({
  seq: z.number().int().describe('1, 2, 3 and so on, without a gap.'),
  at: instantSchema,
  action: z.string().describe('A tool, with its operation where it has several (manage_task.create), or a word such as sign-in or export.'),
  agent_id: z.string(),
  namespace: z.string(),
  outcome: auditOutcomeSchema,
  session_id: z.string().optional(),
  request_id: z.string().optional(),
  address: z.string().optional().describe('IP address of the client; absent for what came from the server itself.'),
  object: z.object({ kind: auditObjectKindSchema, ids: z.array(z.string()) }).optional(),
  code: z.string().optional().describe('Code of the error, where it did not go well.'),
  facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
  prev_hash: sha256Schema.describe('`hash` of the entry before; zeros for the first.'),
  hash: sha256Schema.describe('Of `prev_hash` and the rest of the entry.'),
})
export type AuditEntry = z.infer<typeof auditEntrySchema>

const idSchema = lineSchema(200)

/** What lists and exports of the audit log can be narrowed by; all that are given must hold. */
export const auditFilterFields = {
  agent_id: agentIdSchema.optional(),
  namespace: namespaceSchema.optional(),
  action: lineSchema(80).optional().describe('Whole, or the tool without its operation.'),
  outcome: auditOutcomeSchema.optional(),
  object_id: idSchema.optional().describe('Of the memory, task, agent or whatever it was done to.'),
  session_id: idSchema.optional(),
  request_id: idSchema.optional(),
  address: idSchema.optional(),
  since: timeExpressionSchema.optional().describe('Only entries of this time or later.'),
  until: timeExpressionSchema.optional().describe('Only entries before this time.'),
}

export const auditExportQuerySchema = z.strictObject(auditFilterFields)
export type AuditFilter = z.infer<typeof auditExportQuerySchema>

/** What a check of the chain found. */
export const auditVerdictSchema = z.object({
  ok: z.boolean(),
  checked: z.number().int().describe('Entries that were checked.'),
  anchor: z
    .object({ seq: z.number().int(), hash: sha256Schema })
    .describe('The last entry that retention removed; 0 when it removed none.'),
  head: z
    .object({ seq: z.number().int(), hash: sha256Schema })
    .describe('The last entry. Keep its hash elsewhere to prove later that nothing was cut off or rewritten.'),
  broken: z
    .object({
      seq: z.number().int().describe('The first entry that is not as it was written.'),
      problem: z.enum(['changed', 'removed', 'inserted', 'reordered', 'truncated']),
      message: z.string(),
    })
    .optional(),
})
export type AuditVerdict = z.infer<typeof auditVerdictSchema>
