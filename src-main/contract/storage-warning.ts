import { z } from 'zod'

/** Something about what was stored that the agent should know. It never repeats the text in question. */
export const storageWarningSchema = z.object({
  kind: z.string().describe('What it looks like, for example github-token, private-key or url-password.'),
  field: z.string().describe('Where it stands: content, summary, tags, context or source_url.'),
  message: z.string(),
})
export type StorageWarning = z.infer<typeof storageWarningSchema>

/** What an answer about a written memory carries besides it. */
export const storageWarningsSchema = z
  .array(storageWarningSchema)
  .optional()
  .describe('Set when the text seems to hold credentials: whether it was kept as written or masked, and what to do.')
