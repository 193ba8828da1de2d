import { z } from 'zod'
import { agentIdSchema, cursorSchema, limitSchema, namespaceSchema } from '../fields.ts'
import { DEFAULT_NAMESPACE } from '../protocol.ts'
import { issuedTokenSchema, tokenNameSchema, tokenSchema, tokenScopesSchema } from '../token.ts'
import { ADDS, NO_TRACE, READ_ONLY, REPLACES, toolContract } from './tool-contract.ts'

/** Tokens of clients: for the person at the machine and admins only. */

const tokenIdSchema = z.string().min(1).max(64).describe('As list_tokens shows it.')
const oneToken = z.object({ token: tokenSchema })

export const listTokens = toolContract({
  name: 'list_tokens',
  title: 'List tokens',
  description: 'Tokens of clients, newest first, without their secrets.',
  family: 'system',
  profile: 'rest',
  scope: 'admin',
  input: z.strictObject({
    agent_id: agentIdSchema.optional(),
    only_active: z.boolean().default(false).describe('Leaves out what has expired or was revoked.'),
    limit: limitSchema(50),
    cursor: cursorSchema.optional(),
  }),
  output: z.object({ tokens: z.array(tokenSchema), next_cursor: z.string().optional() }),
  annotations: READ_ONLY,
  audit: NO_TRACE,
})

export const getToken = toolContract({
  name: 'get_token',
  title: 'Get a token',
  description: 'One token of a client, without its secret.',
  family: 'system',
  profile: 'rest',
  scope: 'admin',
  input: z.strictObject({ token_id: tokenIdSchema }),
  output: oneToken,
  annotations: READ_ONLY,
  audit: NO_TRACE,
})

export const createToken = toolContract({
  name: 'create_token',
  title: 'Create a token',
  description:
    'Makes a token for a client. Its bearer is the agent named, within the namespaces and scopes given. The answer shows the secret once.',
  family: 'system',
  profile: 'rest',
  scope: 'admin',
  input: z.strictObject({
    name: tokenNameSchema,
    agent_id: agentIdSchema,
    namespaces: z
      .array(namespaceSchema)
      .min(1, 'must name at least one namespace')
      .max(50, 'must name at most 50 namespaces')
      .default([DEFAULT_NAMESPACE]),
    scopes: tokenScopesSchema.default(['read', 'write']),
    expires_in_seconds: z
      .number()
      .int('must be a whole number of seconds')
      .min(60, 'must be 60 or more')
      .max(10 * 366 * 86_400, 'must be ten years or less')
      .optional()
      .describe('It never expires when absent.'),
  }),
  output: issuedTokenSchema,
  annotations: ADDS,
  audit: { effect: 'changes', object: 'token', answer: 'token.id' },
})

export const rotateToken = toolContract({
  name: 'rotate_token',
  title: 'Rotate a token',
  description: 'Gives a token a new secret, shown once. The former secret works for the grace given, so that clients can be moved over.',
  family: 'system',
  profile: 'rest',
  scope: 'admin',
  input: z.strictObject({
    token_id: tokenIdSchema,
    grace_seconds: z
      .number()
      .int('must be a whole number of seconds')
      .min(0, 'must be 0 or more')
      .max(30 * 86_400, 'must be 30 days or less')
      .default(0),
  }),
  output: issuedTokenSchema,
  annotations: { ...REPLACES, idempotentHint: false },
  audit: { effect: 'changes', object: 'token', argument: 'token_id' },
})

export const revokeToken = toolContract({
  name: 'revoke_token',
  title: 'Revoke a token',
  description: 'Ends a token for good. Connections that came in with it are closed.',
  family: 'system',
  profile: 'rest',
  scope: 'admin',
  input: z.strictObject({ token_id: tokenIdSchema }),
  output: oneToken,
  annotations: REPLACES,
  audit: { effect: 'changes', object: 'token', argument: 'token_id' },
})
