import { createRemoteJWKSet, decodeProtectedHeader, errors, jwtVerify } from 'jose'
import type { JWTPayload, JWTVerifyOptions, JWTVerifyResult } from 'jose'
import { AppError, messageOf } from '../base/errors.ts'
import { agentIdSchema, namespaceSchema } from '../contract/fields.ts'
import { DEFAULT_NAMESPACE, RESERVED_AGENT_IDS } from '../contract/protocol.ts'
import { greatestScope, TOKEN_SCOPES } from '../contract/token.ts'
import type { TokenClaims, TokenScope } from '../contract/token.ts'
import type { TokenVerifier } from '../transport/guard.ts'

export interface JwtOptions {
  /** Checks tokens that this server's operator signed (HS256). */
  readonly secretKey?: string
  /** Checks tokens of an issuer who publishes its keys. */
  readonly issuer?: {
    /** Where its keys are (RFC 7517). */
    readonly jwksUrl: string
    /** What `iss` must be. */
    readonly issuer: string
    /** What `aud` must hold one of. */
    readonly audiences: readonly string[]
  }
  /** Seconds by which clocks of issuer and server may differ. */
  readonly clockSkewSeconds: number
}

const SHARED_KEY_ALGORITHMS = ['HS256']
const PUBLIC_KEY_ALGORITHMS = ['RS256', 'ES256', 'EdDSA', 'Ed25519']
/** How long the issuer may take to hand out its keys, in milliseconds. */
const JWKS_TIMEOUT_MS = 5_000
/** What a token may do that says nothing of scopes: those that were made before there were any. */
const SCOPE_OF_OLD: TokenScope = 'write'

/**
 * Tokens that are JWTs: `sub` is the agent id, `namespace` (or `namespaces`) where it may be, `scope` (or `scp`) holds read, write or
 * admin, `exp` is required. Signed with TMWS_SECRET_KEY (HS256), or by an issuer whose keys are known by JWKS (RS256, ES256, EdDSA). Which
 * of the two is decided by the kind of algorithm, so that a public key is never taken for a shared secret.
 */
export class JwtVerifier implements TokenVerifier {
  readonly #options: JwtOptions
  readonly #secretKey: Uint8Array | undefined
  readonly #issuerKeys: ReturnType<typeof createRemoteJWKSet> | undefined

  constructor(options: JwtOptions) {
    this.#options = options
    this.#secretKey = options.secretKey === undefined ? undefined : new TextEncoder().encode(options.secretKey)
    this.#issuerKeys = options.issuer && createRemoteJWKSet(new URL(options.issuer.jwksUrl), { timeoutDuration: JWKS_TIMEOUT_MS })
  }

  async verify(token: string): Promise<TokenClaims> {
    try {
      const { payload } = await this.#read(token)
      return claimsOf(payload)
    } catch (error) {
      throw refusalOf(error)
    }
  }

  async #read(token: string): Promise<JWTVerifyResult> {
    const common: JWTVerifyOptions = { requiredClaims: ['sub', 'exp'], clockTolerance: this.#options.clockSkewSeconds }
    const { issuer } = this.#options
    const isSharedKey = SHARED_KEY_ALGORITHMS.includes(algorithmOf(token))
    if (isSharedKey && this.#secretKey) return jwtVerify(token, this.#secretKey, { ...common, algorithms: SHARED_KEY_ALGORITHMS })
    if (!isSharedKey && issuer && this.#issuerKeys) {
      const expected = { issuer: issuer.issuer, audience: [...issuer.audiences], algorithms: PUBLIC_KEY_ALGORITHMS }
      return jwtVerify(token, this.#issuerKeys, { ...common, ...expected })
    }
    throw new AppError('unauthenticated', 'The token is not valid.')
  }
}

function algorithmOf(token: string): string {
  try {
    return decodeProtectedHeader(token).alg ?? ''
  } catch (error) {
    throw new AppError('unauthenticated', 'The token is not valid.', { cause: error })
  }
}

function claimsOf(payload: JWTPayload): TokenClaims {
  const agent = agentIdSchema.safeParse(payload.sub)
  const listed = payload['namespaces'] ?? payload['namespace'] ?? DEFAULT_NAMESPACE
  const namespaces = namespaceSchema
    .array()
    .min(1)
    .safeParse(Array.isArray(listed) ? listed : [listed])
  if (!agent.success || !namespaces.success || RESERVED_AGENT_IDS.includes(agent.data))
    throw new AppError('unauthenticated', 'The token names no agent that could exist.')
  const [first = DEFAULT_NAMESPACE, ...others] = namespaces.data
  return {
    agentId: agent.data,
    namespaces: [first, ...others],
    scope: scopeOf(payload['scope'] ?? payload['scp']),
    ...(payload.exp !== undefined && { expiresAtMs: payload.exp * 1000 }),
  }
}

/** Words of others' scopes beside ours say nothing here. */
function scopeOf(claim: unknown): TokenScope {
  if (claim === undefined) return SCOPE_OF_OLD
  const words = Array.isArray(claim) ? claim : typeof claim === 'string' ? claim.split(' ') : []
  const scopes = TOKEN_SCOPES.filter((scope) => words.includes(scope) || words.includes(`tmws:${scope}`))
  if (scopes.length > 0) return greatestScope(scopes)
  throw new AppError('forbidden', 'The token allows nothing here: its scope must hold read, write or admin.')
}

function refusalOf(error: unknown): AppError {
  if (error instanceof AppError) return error
  if (error instanceof errors.JWTExpired) return new AppError('unauthenticated', 'The token has expired.', { cause: error })
  const isOfToken = error instanceof errors.JOSEError && !(error instanceof errors.JWKSTimeout) && error.code !== 'ERR_JOSE_GENERIC'
  if (isOfToken) return new AppError('unauthenticated', 'The token is not valid.', { cause: error })
  return new AppError('unavailable', `The keys of the token issuer cannot be had now (${messageOf(error)}); try again in a moment.`, {
    cause: error,
  })
}
