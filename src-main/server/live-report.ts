import { performance } from 'node:perf_hooks'
import type { Scope } from '../contract/scope.ts'
import type { Check, CheckStatus, Health, SessionInfo, Stats } from '../contract/session.ts'
import type { EmbeddingModels } from '../memory/embedding-models.ts'
import type { MemoryReader } from '../memory/memory-reader.ts'
import type { SessionManager } from '../session/session-manager.ts'
import type { MemoryStore } from '../storage/memory-store.ts'
import type { StateHealth } from '../storage/open-state.ts'
import type { SystemReport } from '../tools/system-report.ts'
import { changeFacts, describeChange } from './model-announcer.ts'
import type { StoreProbe } from './vitals/store-probe.ts'

/** What the report reads. Later parts are built after the tools, so they come as functions. */
export interface LiveReportParts {
  readonly version: string
  readonly store: Pick<MemoryStore, 'capabilities'>
  readonly probe: StoreProbe
  readonly models: EmbeddingModels
  readonly reader: MemoryReader
  readonly sessions: () => SessionManager
  readonly apiRequests: () => number
  readonly memoryOperations: () => number
  readonly state: () => StateHealth
  readonly resumeTtlSeconds: number
  readonly maxConnections: number
  readonly wsUrl: () => string | undefined
  /** Why the last scheduled backup could not be made. */
  readonly backupProblem?: () => string | undefined
  /** Why the audit log cannot be written. */
  readonly auditProblem?: () => string | undefined
}

/** The running server about itself: `/health`, statistics, sessions. */
export class LiveReport implements SystemReport {
  readonly #parts: LiveReportParts
  readonly #startMs = performance.now()

  constructor(parts: LiveReportParts) {
    this.#parts = parts
  }

  async health(): Promise<Health> {
    const checks = { storage: await this.#storage(), embedding: this.#embedding(), state: this.#state(), sessions: this.#sessions() }
    return {
      status: worstOf(Object.values(checks).map((check) => check.status)),
      version: this.#parts.version,
      uptime_seconds: this.#uptimeSeconds(),
      checks,
    }
  }

  async stats(scope: Scope): Promise<Stats> {
    const totals = await this.#parts.sessions().totals()
    return {
      total_sessions: totals.sessions,
      unique_agents: totals.agents,
      average_session_duration_seconds: totals.averageDurationSeconds,
      ws_connections: this.#parts.sessions().liveCount,
      api_requests_total: this.#parts.apiRequests(),
      memory_operations_total: this.#parts.memoryOperations(),
      uptime_seconds: this.#uptimeSeconds(),
      total_memories: await this.#parts.reader.count(scope),
      embedding: this.#vectors(),
    }
  }

  #vectors(): Stats['embedding'] {
    const { embedder, modelId, dimensions, change } = this.#parts.models.report
    return { state: embedder.state.status, model: modelId, dimensions, ...(change && { change: changeFacts(change) }) }
  }

  sessions(scope: Scope): Promise<SessionInfo[]> {
    return this.#parts.sessions().listAll(scope)
  }

  session(sessionId: string, scope: Scope): Promise<SessionInfo> {
    return this.#parts.sessions().find(sessionId, scope)
  }

  disconnect(sessionId: string, scope: Scope, reason?: string): Promise<SessionInfo> {
    return this.#parts.sessions().disconnect(sessionId, scope, reason)
  }

  async #storage(): Promise<Check> {
    const { label, isDurable } = this.#parts.store.capabilities
    const facts = { provider: label, durable: isDurable }
    const problem = await this.#parts.probe.problem()
    if (problem !== undefined) return { status: 'unhealthy', message: `The store does not work: ${problem}`, ...facts }
    const message = this.#parts.auditProblem?.() ?? this.#parts.backupProblem?.()
    return message === undefined ? { status: 'healthy', ...facts } : { status: 'degraded', message, ...facts }
  }

  #embedding(): Check {
    const { embedder, modelId, dimensions, change, problem } = this.#parts.models.report
    const { state } = embedder
    const facts = { state: state.status, model: modelId, dimensions, ...(change && { change: changeFacts(change) }) }
    if (problem !== undefined) return { status: 'degraded', message: problem, ...facts }
    switch (state.status) {
      case 'ready':
        return { status: 'healthy', ...(change && { message: describeChange(change) }), ...facts }
      case 'off':
        return { status: 'healthy', message: 'Switched off; search matches words only.', state: state.status }
      case 'loading':
        return {
          status: 'degraded',
          message: `${state.message ?? 'The model is loading.'} Search matches words only until it is there.`,
          ...facts,
        }
      case 'failed':
        return { status: 'degraded', message: `${state.message} Search matches words only.`, ...facts }
    }
  }

  #state(): Check {
    const { provider, isDurable, problem } = this.#parts.state()
    const facts = { provider, durable: isDurable, resume_ttl_seconds: this.#parts.resumeTtlSeconds }
    return problem === undefined ? { status: 'healthy', ...facts } : { status: 'degraded', message: problem, ...facts }
  }

  #sessions(): Check {
    const live = this.#parts.sessions().liveCount
    const max = this.#parts.maxConnections
    const wsUrl = this.#parts.wsUrl()
    const facts = { live, max, ...(wsUrl !== undefined && { ws_url: wsUrl }) }
    if (live >= max) return { status: 'degraded', message: `All ${max} connections are in use; further clients are refused.`, ...facts }
    return { status: 'healthy', ...facts }
  }

  #uptimeSeconds(): number {
    return Math.round(performance.now() - this.#startMs) / 1000
  }
}

function worstOf(states: readonly CheckStatus[]): CheckStatus {
  if (states.includes('unhealthy')) return 'unhealthy'
  return states.includes('degraded') ? 'degraded' : 'healthy'
}
