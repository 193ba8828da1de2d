import { errors, jwtVerify } from 'jose'
import { AppError } from '../base/errors.ts'
import { agentIdSchema, namespaceSchema } from '../contract/fields.ts'
import { DEFAULT_NAMESPACE, RESERVED_AGENT_IDS } from '../contract/protocol.ts'
import type { TokenClaims, TokenVerifier } from '../transport/guard.ts'

/** Seconds by which clocks of issuer and server may differ. */
const CLOCK_TOLERANCE_SECONDS = 30

/**
 * Tokens are JWTs signed with TMWS_SECRET_KEY (HS256 only): `sub` is the agent id, `namespace` its namespace, `scope` may hold
 * the word `admin`, and `exp` is required.
 */
export class JwtVerifier implements TokenVerifier {
  readonly #key: Uint8Array

  constructor(secretKey: string) {
    this.#key = new TextEncoder().encode(secretKey)
  }

  async verify(token: string): Promise<TokenClaims> {
    const { payload } = await jwtVerify(token, this.#key, {
      algorithms: ['HS256'],
      requiredClaims: ['sub', 'exp'],
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
    }).catch((error: unknown) => {
      const reason = error instanceof errors.JWTExpired ? 'has expired' : 'is not valid'
      throw new AppError('unauthenticated', `The token ${reason}.`, { cause: error })
    })
    const agent = agentIdSchema.safeParse(payload.sub)
    const namespace = namespaceSchema.safeParse(payload['namespace'] ?? DEFAULT_NAMESPACE)
    if (!agent.success || !namespace.success || RESERVED_AGENT_IDS.includes(agent.data))
      throw new AppError('unauthenticated', 'The token names no agent that could exist.')
    const scopes = typeof payload['scope'] === 'string' ? payload['scope'].split(' ') : []
    return { agentId: agent.data, namespace: namespace.data, isAdmin: scopes.includes('admin') }
  }
}

/** With sign-in off there are no tokens; what is sent is ignored before it gets here. */
export const noTokens: TokenVerifier = {
  verify: () => Promise.reject(new AppError('unauthenticated', 'This server has no tokens.')),
}
