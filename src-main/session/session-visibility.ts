import { notFound } from '../base/errors.ts'
import type { Scope } from '../contract/scope.ts'
import type { SessionInfo } from '../contract/session.ts'

/** Throws `not_found` for a session that is not there, or that the scope may not see. */
export function visible(info: SessionInfo | undefined, sessionId: string, scope: Scope): SessionInfo {
  if (!info || !maySee(info, scope)) throw notFound('session', sessionId)
  return info
}

/** An agent sees its own sessions, the person all. */
export function maySee(info: SessionInfo, scope: Scope): boolean {
  return scope.kind === 'owner' || info.agent_id === scope.agentId
}
