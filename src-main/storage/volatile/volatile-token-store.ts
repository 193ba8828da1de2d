import { readTokenCursor, tokenCursor } from '../token-rules.ts'
import { isActive } from '../token-store.ts'
import type { NewToken, SecretChange, TokenQuery, TokenRecord, TokenStore, TokenUse } from '../token-store.ts'

interface Entry {
  record: TokenRecord
  secretHash: string
  former?: { readonly hash: string; readonly untilMs: number }
}

/** Tokens of one process. They are gone when it ends. */
export class VolatileTokenStore implements TokenStore {
  readonly #entries = new Map<string, Entry>()

  add({ secretHash, ...token }: NewToken): Promise<TokenRecord> {
    const record: TokenRecord = structuredClone(token)
    this.#entries.set(token.id, { record, secretHash })
    return Promise.resolve(record)
  }

  get(id: string): Promise<TokenRecord | undefined> {
    return Promise.resolve(this.#entries.get(id)?.record)
  }

  findBySecret(hash: string, nowMs: number): Promise<TokenRecord | undefined> {
    const found = [...this.#entries.values()].find(
      ({ secretHash, former }) => secretHash === hash || (former?.hash === hash && former.untilMs > nowMs),
    )
    return Promise.resolve(found?.record)
  }

  // Async, so that a bad cursor rejects rather than throws.
  // eslint-disable-next-line @typescript-eslint/require-await -- as above
  async list(query: TokenQuery): ReturnType<TokenStore['list']> {
    const before = query.cursor === undefined ? undefined : readTokenCursor(query.cursor)
    const all = [...this.#entries.values()]
      .map(({ record }) => record)
      .filter((token) => before === undefined || token.id < before)
      .filter((token) => query.agentId === undefined || token.agentId === query.agentId)
      .filter((token) => !query.onlyActive || isActive(token, query.nowMs))
      .sort((a, b) => (a.id < b.id ? 1 : -1))
    const tokens = all.slice(0, query.limit)
    const last = tokens.at(-1)
    return { tokens, ...(last && all.length > tokens.length && { nextCursor: tokenCursor(last.id) }) }
  }

  replaceSecret(id: string, change: SecretChange): Promise<TokenRecord | undefined> {
    const entry = this.#entries.get(id)
    if (!entry || entry.record.revokedAtMs !== undefined) return Promise.resolve(undefined)
    entry.former = { hash: entry.secretHash, untilMs: change.formerUntilMs }
    entry.secretHash = change.secretHash
    entry.record = { ...entry.record, hint: change.hint, rotatedAtMs: change.nowMs }
    return Promise.resolve(entry.record)
  }

  revoke(id: string, by: string, nowMs: number): Promise<TokenRecord | undefined> {
    const entry = this.#entries.get(id)
    if (entry && entry.record.revokedAtMs === undefined) entry.record = { ...entry.record, revokedAtMs: nowMs, revokedBy: by }
    return Promise.resolve(entry?.record)
  }

  touch(uses: readonly TokenUse[]): Promise<void> {
    for (const { id, atMs } of uses) {
      const entry = this.#entries.get(id)
      if (entry && (entry.record.lastUsedAtMs ?? 0) < atMs) entry.record = { ...entry.record, lastUsedAtMs: atMs }
    }
    return Promise.resolve()
  }

  ended(ids: readonly string[], nowMs: number): Promise<string[]> {
    const isLive = (id: string): boolean => {
      const record = this.#entries.get(id)?.record
      return record !== undefined && isActive(record, nowMs)
    }
    return Promise.resolve(ids.filter((id) => !isLive(id)))
  }
}
