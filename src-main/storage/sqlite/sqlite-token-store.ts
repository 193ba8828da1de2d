import { tokenStoreOver } from '../sql/token-store-over.ts'
import type { TokenStore } from '../token-store.ts'
import type { SqliteCall } from './sqlite-call.ts'

/** Tokens in the same file and on the same thread as the memories. Closing the memory store closes both. */
export function sqliteTokenStore(call: SqliteCall): TokenStore {
  return tokenStoreOver((method, ...args) => call('callTokens', method, args) as ReturnType<TokenStore[typeof method]>) // what this very method answers
}
