import type { TokenScope } from '../api/settings-api.ts'

/** The greatest of some scopes; it stands for all. */
export function greatest(scopes: readonly TokenScope[]): TokenScope {
  if (scopes.includes('admin')) return 'admin'
  return scopes.includes('write') ? 'write' : 'read'
}

/** A scope with those that it includes, as a token names them. */
export function scopesUpTo(scope: TokenScope): TokenScope[] {
  if (scope === 'read') return ['read']
  return scope === 'write' ? ['read', 'write'] : ['read', 'write', 'admin']
}
