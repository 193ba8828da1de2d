import { z } from 'zod'
import { auditEntrySchema, auditFilterFields, auditVerdictSchema } from '../audit.ts'
import { cursorSchema, limitSchema } from '../fields.ts'
import { NO_TRACE, READ_ONLY, toolContract } from './tool-contract.ts'

export const listAudit = toolContract({
  name: 'list_audit',
  title: 'List the audit log',
  description: 'What was done, by whom and from where, newest first, for the person at the machine and admins. Filters narrow it.',
  family: 'system',
  profile: 'rest',
  scope: 'admin',
  input: z.strictObject({ ...auditFilterFields, limit: limitSchema(50), cursor: cursorSchema.optional() }),
  output: z.object({
    entries: z.array(auditEntrySchema),
    counts: z
      .object({ ok: z.number().int(), denied: z.number().int(), failed: z.number().int() })
      .optional()
      .describe('How many there are in all, over every page. With the first page only.'),
    next_cursor: z.string().optional().describe('Absent on the last page.'),
  }),
  annotations: READ_ONLY,
  audit: NO_TRACE,
})

export const verifyAudit = toolContract({
  name: 'verify_audit',
  title: 'Verify the audit log',
  description: 'Checks the whole chain of the audit log, and says where it is broken, for the person at the machine and admins.',
  family: 'system',
  profile: 'rest',
  scope: 'admin',
  input: z.strictObject({
    expect_head: z
      .string()
      .regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in hex, as `head.hash` of an earlier check')
      .optional()
      .describe('`head.hash` of an earlier check: the log must still hold that entry.'),
  }),
  output: auditVerdictSchema,
  annotations: READ_ONLY,
  audit: NO_TRACE,
})
