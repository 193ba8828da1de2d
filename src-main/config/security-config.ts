import { AppError } from '../base/errors.ts'
import { isLoopback, secretProblem } from './secrets.ts'
import type { SettingValues } from './settings-table.ts'

/** How callers are known. */
export interface AuthConfig {
  readonly enabled: boolean
  readonly secretKey?: string
  /** Whose JWTs are taken besides our own. */
  readonly issuer?: { readonly jwksUrl: string; readonly issuer: string; readonly audiences: readonly string[] }
  readonly clockSkewSeconds: number
}

/** Why the rules of production hold, as the end of a sentence; undefined when they do not. */
export function strictBecause(values: SettingValues): string | undefined {
  if (values.environment === 'production') return 'in production'
  const hosts = [values.api_host, ...(values.ws_enabled ? [values.ws_host] : [])]
  const publicHost = hosts.find((host) => !isLoopback(host))
  return publicHost === undefined ? undefined : `when the server listens on ${publicHost}`
}

/** How callers are known. Does not judge: see `securityProblems`. */
export function authOf(values: SettingValues): AuthConfig {
  const { jwt_jwks_url: jwksUrl, jwt_issuer: issuer, jwt_audience: audience, public_url: publicUrl } = values
  const audiences = audience === undefined ? (publicUrl === undefined ? [] : [publicUrl, `${publicUrl}/mcp`]) : [audience]
  return {
    enabled: values.auth_enabled ?? strictBecause(values) !== undefined,
    ...(values.secret_key !== undefined && { secretKey: values.secret_key }),
    ...(jwksUrl !== undefined && issuer !== undefined && { issuer: { jwksUrl, issuer, audiences } }),
    clockSkewSeconds: values.jwt_clock_skew,
  }
}

/** Every reason not to start with these settings: one sentence each, which names the setting and what to do. */
export function securityProblems(values: SettingValues): string[] {
  const why = strictBecause(values)
  const auth = authOf(values)
  return [
    ...(why === undefined ? [] : strictProblems(values, why)),
    ...secretProblems(values, auth.enabled, why !== undefined),
    ...issuerProblems(values),
  ]
}

/** Throws `invalid_request` with the first of the problems. */
export function assertSecure(values: SettingValues): void {
  const [problem] = securityProblems(values)
  if (problem !== undefined) throw new AppError('invalid_request', problem)
}

/** What should be otherwise, and is no reason not to start. */
export function securityWarnings(values: SettingValues): string[] {
  const url = values.public_url
  if (strictBecause(values) === undefined || url === undefined || url.startsWith('https:')) return []
  return [`TMWS_PUBLIC_URL is ${url}: without https, tokens and memories cross the network in the clear.`]
}

function strictProblems(values: SettingValues, why: string): string[] {
  return [
    ...(values.auth_enabled === false ? [`TMWS_AUTH_ENABLED is false, but must be true ${why}.`] : []),
    ...(values.rate_limit_enabled ? [] : [`TMWS_RATE_LIMIT_ENABLED is false, but must be true ${why}.`]),
    ...(values.audit_enabled ? [] : [`TMWS_AUDIT_ENABLED is false, but must be true ${why}.`]),
    ...(values.cors_origins.includes('*') ? [`TMWS_CORS_ORIGINS holds "*", but must name each origin ${why}.`] : []),
  ]
}

function secretProblems({ secret_key: secret }: SettingValues, authEnabled: boolean, isStrict: boolean): string[] {
  if (!authEnabled) return []
  if (secret === undefined)
    return [
      'TMWS_SECRET_KEY is not set, but sign-in is on and needs a secret of at least 32 characters, for example from: openssl rand -base64 48',
    ]
  const problem = isStrict ? secretProblem(secret) : undefined
  return problem === undefined ? [] : [`TMWS_SECRET_KEY ${problem}. Make one with: openssl rand -base64 48`]
}

/** Keys of an issuer without its name, or without the audience, would let in tokens that were made for somebody else. */
function issuerProblems(values: SettingValues): string[] {
  const { jwt_jwks_url: jwksUrl, jwt_issuer: issuer, jwt_audience: audience, public_url: publicUrl } = values
  if (jwksUrl === undefined && issuer === undefined && audience === undefined) return []
  if (jwksUrl === undefined)
    return [`${issuer === undefined ? 'TMWS_JWT_AUDIENCE' : 'TMWS_JWT_ISSUER'} is set, but means nothing without TMWS_JWT_JWKS_URL.`]
  return [
    ...(issuer === undefined ? ['TMWS_JWT_ISSUER is not set, but must say what iss of the tokens is that TMWS_JWT_JWKS_URL signs.'] : []),
    ...(audience === undefined && publicUrl === undefined
      ? ['TMWS_JWT_AUDIENCE is not set, but must say what aud of the tokens is that TMWS_JWT_JWKS_URL signs (or set TMWS_PUBLIC_URL).']
      : []),
  ]
}
