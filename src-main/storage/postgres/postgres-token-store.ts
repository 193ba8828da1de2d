import { SQL_TOKENS } from '../sql/sql-tokens.ts'
import type { NewToken, SecretChange, TokenQuery, TokenRecord, TokenStore, TokenUse } from '../token-store.ts'
import type { PostgresDatabase } from './postgres-database.ts'

/** Tried again after a lost answer, these would find themselves done already: a transaction has a known outcome. */
const CHANGES_ONCE: ReadonlySet<keyof TokenStore> = new Set(['add', 'replaceSecret'])

/** Tokens in the same database as the memories. */
export class PostgresTokenStore implements TokenStore {
  readonly #database: PostgresDatabase

  constructor(database: PostgresDatabase) {
    this.#database = database
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
    const answer = this.#database.run(`${method} of tokens`, (db) =>
      CHANGES_ONCE.has(method)
        ? db.transaction().execute<unknown>((tx) => SQL_TOKENS[method](tx, ...args))
        : (SQL_TOKENS[method](db, ...args) as Promise<unknown>),
    )
    return answer as ReturnType<TokenStore[M]> // what this very method answers
  }
}
