import { segment, type Requester } from './request.ts'
import type { AuditFilter, AuditPage, AuditVerdict, SessionInfo } from './types.ts'

/** What an operator looks at: who is connected, and what was done. Errors as those of `Requester`. */
export class OperationsApi {
  readonly #requester: Requester

  constructor(requester: Requester) {
    this.#requester = requester
  }

  async sessions(signal?: AbortSignal): Promise<readonly SessionInfo[]> {
    return (await this.#requester.get<{ sessions: readonly SessionInfo[] }>('/sessions', {}, signal)).sessions
  }

  disconnect(sessionId: string): Promise<void> {
    return this.#requester.send('DELETE', `/sessions/${segment(sessionId)}`)
  }

  audit(filter: AuditFilter, cursor?: string, signal?: AbortSignal): Promise<AuditPage> {
    return this.#requester.get('/audit', { ...filter, limit: 100, cursor }, signal)
  }

  verifyAudit(signal?: AbortSignal): Promise<AuditVerdict> {
    return this.#requester.get('/audit/verify', {}, signal)
  }
}
