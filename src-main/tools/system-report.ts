import type { Scope } from '../contract/scope.ts'
import type { Health, SessionInfo, Stats } from '../contract/session.ts'

/** PORT. What the system tools ask of the running server; the composition root answers. */
export interface SystemReport {
  health(): Promise<Health>
  stats(scope: Scope): Promise<Stats>
  /** Live sessions of all instances that the scope may see: its own agent's, or all for the owner. */
  sessions(scope: Scope): Promise<SessionInfo[]>
  /** One of those. Throws `not_found`. */
  session(sessionId: string, scope: Scope): Promise<SessionInfo>
  /** Ends one of those for good, and returns what it was. Throws `not_found`, and `forbidden` to whom is no admin. */
  disconnect(sessionId: string, scope: Scope, reason?: string): Promise<SessionInfo>
}
