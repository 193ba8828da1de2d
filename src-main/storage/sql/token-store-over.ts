import type { TokenStore } from '../token-store.ts'

/** Runs one method of SQL_TOKENS where the database is, and resolves with its answer. */
export type AskTokens = <M extends keyof TokenStore>(method: M, ...args: Parameters<TokenStore[M]>) => ReturnType<TokenStore[M]>

/** The tokens of a SQL dialect, which differ only in how their database is asked. */
export function tokenStoreOver(ask: AskTokens): TokenStore {
  return {
    add: (token) => ask('add', token),
    get: (id) => ask('get', id),
    findBySecret: (hash, nowMs) => ask('findBySecret', hash, nowMs),
    list: (query) => ask('list', query),
    replaceSecret: (id, change) => ask('replaceSecret', id, change),
    revoke: (id, by, nowMs) => ask('revoke', id, by, nowMs),
    touch: (uses) => ask('touch', uses),
    ended: (ids, nowMs) => ask('ended', ids, nowMs),
  }
}
