import { z } from 'zod'
import { agentIdSchema, instantSchema, lineSchema, namespaceSchema } from './fields.ts'

/** What a token may be used for. Each includes those before it: `read` sees, `write` also changes, `admin` also runs the server. */
export const TOKEN_SCOPES = ['read', 'write', 'admin'] as const
export const tokenScopeSchema = z.enum(TOKEN_SCOPES)
export type TokenScope = z.infer<typeof tokenScopeSchema>

/** How every secret of a token begins, so that people and scanners know one when they see it. */
export const TOKEN_PREFIX = 'tmws_'

export const tokenNameSchema = lineSchema(100).describe('For people: which program, on which machine.')

export const tokenScopesSchema = z
  .array(tokenScopeSchema)
  .min(1, 'must name at least one of read, write, admin')
  .max(TOKEN_SCOPES.length)
  .describe('Each includes those before it: read sees, write also changes, admin also manages tokens, sessions and the audit.')

/** A token as it is listed: everything but its secret, which is shown once and kept as a hash only. */
export const tokenSchema = z.object({
  id: z.string(),
  name: tokenNameSchema,
  agent_id: agentIdSchema.describe('The agent that its bearer is.'),
  namespaces: z.array(namespaceSchema).describe('Where it may be used. The first counts when a request names none.'),
  scopes: tokenScopesSchema,
  status: z.enum(['active', 'expired', 'revoked']),
  hint: z.string().describe('The first characters of the secret, to tell tokens apart.'),
  created_at: instantSchema,
  created_by: z.string(),
  expires_at: instantSchema.optional().describe('Never when absent.'),
  last_used_at: instantSchema.optional().describe('To the minute; absent while unused.'),
  rotated_at: instantSchema.optional().describe('When it got its present secret, if not at its creation.'),
  revoked_at: instantSchema.optional(),
  revoked_by: z.string().optional(),
})
export type Token = z.infer<typeof tokenSchema>

/** Answers that carry a new secret. */
export const issuedTokenSchema = z.object({
  token: tokenSchema,
  secret: z.string().describe('Send it as `Authorization: Bearer SECRET`. It is shown this once.'),
})
export type IssuedToken = z.infer<typeof issuedTokenSchema>

/** What a valid token proves of its bearer. */
export interface TokenClaims {
  readonly agentId: string
  /** The first counts when a request names none. */
  readonly namespaces: readonly [string, ...string[]]
  readonly scope: TokenScope
  /** When it ends by itself, in epoch milliseconds; absent for one that does not. */
  readonly expiresAtMs?: number
  /** Of one that this server keeps, and can revoke. */
  readonly tokenId?: string
}

/** The greatest of some scopes; it stands for all. */
export function greatestScope(scopes: readonly TokenScope[]): TokenScope {
  return TOKEN_SCOPES.findLast((scope) => scopes.includes(scope)) ?? 'read'
}
