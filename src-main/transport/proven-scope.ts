import { AppError } from '../base/errors.ts'
import type { Scope } from '../contract/scope.ts'
import type { TokenClaims } from '../contract/token.ts'
import type { ClaimedIdentity } from './identity.ts'

/** Whom a token and the headers beside it make together. Throws `forbidden` when a header claims what the token does not prove. */
export function provenScope(claims: TokenClaims, claimed: ClaimedIdentity): Scope {
  const { agentId, namespaces, scope } = claims
  if (claimed.agentId !== undefined && claimed.agentId !== agentId) {
    throw new AppError('forbidden', `This token is for the agent "${agentId}", not for "${claimed.agentId}".`, {
      details: { header: 'X-Agent-ID' },
    })
  }
  if (claimed.namespace !== undefined && !namespaces.includes(claimed.namespace)) {
    const allowed = namespaces.map((namespace) => `"${namespace}"`).join(', ')
    const which = namespaces.length === 1 ? `the namespace ${allowed}` : `the namespaces ${allowed}`
    throw new AppError('forbidden', `This token is for ${which}, not for "${claimed.namespace}".`, {
      details: { header: 'X-Agent-Namespace' },
    })
  }
  const namespace = claimed.namespace ?? namespaces[0]
  return { kind: 'agent', agentId, namespace, isAdmin: scope === 'admin', ...(scope === 'read' && { isReadOnly: true }) }
}
