import type { Scope } from '../contract/scope.ts'
import type { Health, SessionInfo, Stats } from '../contract/session.ts'

/** PORT. What the system tools ask of the running server; the composition root answers. */
export interface SystemReport {
  health(): Promise<Health>
  stats(scope: Scope): Promise<Stats>
  /** Live sessions the scope may see: its own agent's, or all for the owner. */
  sessions(scope: Scope): SessionInfo[]
}
