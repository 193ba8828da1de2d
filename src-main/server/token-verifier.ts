import type { ServerConfig } from '../config/config.ts'
import { AppError } from '../base/errors.ts'
import { TOKEN_PREFIX } from '../contract/token.ts'
import type { TokenCheck } from '../coordination/token-check.ts'
import type { TokenVerifier } from '../transport/guard.ts'
import { JwtVerifier } from './jwt-verifier.ts'

/** With sign-in off there are no tokens; what is sent is ignored before it gets here. */
export const noTokens: TokenVerifier = {
  verify: () => Promise.reject(new AppError('unauthenticated', 'This server has no tokens.')),
}

/** Tokens of this server, known by how they begin, and JWTs. */
export function createVerifier({ enabled, secretKey, issuer, clockSkewSeconds }: ServerConfig['auth'], own: TokenCheck): TokenVerifier {
  if (!enabled) return noTokens
  const jwt = new JwtVerifier({ clockSkewSeconds, ...(secretKey !== undefined && { secretKey }), ...(issuer && { issuer }) })
  return { verify: (token) => (token.startsWith(TOKEN_PREFIX) ? own.verify(token) : jwt.verify(token)) }
}
