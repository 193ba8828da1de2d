import type { TokenScope } from '../contract/token.ts'

/**
 * PORT. Tokens of clients. Secrets are known by their hashes only. Times are epoch milliseconds and come from the caller. Errors:
 * `unavailable` when the store is down.
 */
export interface TokenStore {
  add(token: NewToken): Promise<TokenRecord>
  get(id: string): Promise<TokenRecord | undefined>
  /** The token of a secret: of its present one, or of the one before until that ends. Also one that has expired or was revoked. */
  findBySecret(hash: string, nowMs: number): Promise<TokenRecord | undefined>
  /** A page, newest first. Throws `invalid_request` on a cursor that is not ours. */
  list(query: TokenQuery): Promise<{ readonly tokens: TokenRecord[]; readonly nextCursor?: string }>
  /** Gives a token that was not revoked another secret; the one before works until `formerUntilMs`. Undefined when there is none such. */
  replaceSecret(id: string, change: SecretChange): Promise<TokenRecord | undefined>
  /** Ends a token for good, with all its secrets. A second time changes nothing. Undefined when there is none. */
  revoke(id: string, by: string, nowMs: number): Promise<TokenRecord | undefined>
  /** Notes when tokens were used; an older time than what stands changes nothing. */
  touch(uses: readonly TokenUse[]): Promise<void>
  /** Which of these may be used no more: expired, revoked, or not there. */
  ended(ids: readonly string[], nowMs: number): Promise<string[]>
}

export interface NewToken {
  readonly id: string
  readonly name: string
  readonly agentId: string
  readonly namespaces: readonly string[]
  readonly scopes: readonly TokenScope[]
  /** SHA-256 of the secret, hex. The secret itself is never stored. */
  readonly secretHash: string
  readonly hint: string
  readonly createdAtMs: number
  readonly createdBy: string
  readonly expiresAtMs?: number
}

export interface TokenRecord extends Omit<NewToken, 'secretHash'> {
  readonly lastUsedAtMs?: number
  readonly rotatedAtMs?: number
  readonly revokedAtMs?: number
  readonly revokedBy?: string
}

export interface TokenQuery {
  readonly agentId?: string
  /** Leaves out what has expired by `nowMs` or was revoked. */
  readonly onlyActive: boolean
  readonly nowMs: number
  readonly limit: number
  readonly cursor?: string
}

export interface SecretChange {
  readonly secretHash: string
  readonly hint: string
  readonly nowMs: number
  readonly formerUntilMs: number
}

export interface TokenUse {
  readonly id: string
  readonly atMs: number
}

/** Whether a token may be used at a time. */
export function isActive({ expiresAtMs, revokedAtMs }: TokenRecord, nowMs: number): boolean {
  return revokedAtMs === undefined && (expiresAtMs === undefined || expiresAtMs > nowMs)
}
