import { SQL_TOKENS } from '../sql/sql-tokens.ts'
import { tokenStoreOver } from '../sql/token-store-over.ts'
import type { TokenStore } from '../token-store.ts'
import type { PostgresDatabase } from './postgres-database.ts'

/** Tried again after a lost answer, these would find themselves done already: a transaction has a known outcome. */
const CHANGES_ONCE: ReadonlySet<keyof TokenStore> = new Set(['add', 'replaceSecret'])

/** Tokens in the same database as the memories. */
export function postgresTokenStore(database: PostgresDatabase): TokenStore {
  return tokenStoreOver((method, ...args) => {
    const answer = database.run(`${method} of tokens`, (db) =>
      CHANGES_ONCE.has(method)
        ? db.transaction().execute<unknown>((tx) => SQL_TOKENS[method](tx, ...args))
        : (SQL_TOKENS[method](db, ...args) as Promise<unknown>),
    )
    return answer as ReturnType<TokenStore[typeof method]> // what this very method answers
  })
}
