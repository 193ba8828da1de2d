import type { NewToken, SecretChange, TokenQuery, TokenRecord, TokenStore, TokenUse } from '../token-store.ts'
import type { SqliteCall } from './sqlite-call.ts'

/** Tokens in the same file and on the same thread as the memories. Closing the memory store closes both. */
export class SqliteTokenStore implements TokenStore {
  readonly #call: SqliteCall

  constructor(call: SqliteCall) {
    this.#call = call
  }

  add(token: NewToken): Promise<TokenRecord> {
    return this.#ask('add', token)
  }

  get(id: string): Promise<TokenRecord | undefined> {
    return this.#ask('get', id)
  }

  findBySecret(hash: string, nowMs: number): Promise<TokenRecord | undefined> {
    return this.#ask('findBySecret', hash, nowMs)
  }

  list(query: TokenQuery): ReturnType<TokenStore['list']> {
    return this.#ask('list', query)
  }

  replaceSecret(id: string, change: SecretChange): Promise<TokenRecord | undefined> {
    return this.#ask('replaceSecret', id, change)
  }

  revoke(id: string, by: string, nowMs: number): Promise<TokenRecord | undefined> {
    return this.#ask('revoke', id, by, nowMs)
  }

  touch(uses: readonly TokenUse[]): Promise<void> {
    return this.#ask('touch', uses)
  }

  ended(ids: readonly string[], nowMs: number): Promise<string[]> {
    return this.#ask('ended', ids, nowMs)
  }

  #ask<M extends keyof TokenStore>(method: M, ...args: Parameters<TokenStore[M]>): ReturnType<TokenStore[M]> {
    return this.#call('callTokens', method, args) as ReturnType<TokenStore[M]> // what this very method answers
  }
}
