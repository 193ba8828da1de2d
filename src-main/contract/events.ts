import type { AccessLevel } from './memory.ts'
import type { CheckStatus, SessionInfo, TransportKind } from './session.ts'
import type { TaskStatus } from './task.ts'

/**
 * What the event feed (`GET /api/v1/events`, WebSocket) tells. Each frame is one JSON object of this union. Events announce what
 * happened; they carry ids, never texts. A listener hears of a memory or a task only what its scope may see.
 */
export type ServerEvent =
  | MemoryEvent
  | TaskEvent
  | SessionEvent
  | CallEvent
  | RatesEvent
  | { readonly type: 'health-changed'; readonly at: string; readonly status: CheckStatus; readonly part: string; readonly message?: string }
  /** First frame of a connection, and again after a listener lost events: reload what you show. */
  | { readonly type: 'hello'; readonly at: string; readonly server_version: string; readonly is_owner: boolean }

export interface MemoryEvent {
  readonly type: 'memory-stored' | 'memory-updated' | 'memory-deleted' | 'memory-restored' | 'memory-purged'
  readonly at: string
  readonly memory_id: string
  /** Who did it. */
  readonly by: string
  readonly agent_id: string
  readonly namespace: string
  readonly access_level: AccessLevel
}

export interface TaskEvent {
  readonly type:
    | 'task-created'
    | 'task-updated'
    | 'task-assigned'
    /** The last of its dependencies was completed: it can start. */
    | 'task-released'
    | 'task-completed'
    | 'task-failed'
    | 'task-cancelled'
    | 'task-deleted'
  readonly at: string
  readonly task_id: string
  /** Who did it. */
  readonly by: string
  readonly assigned_agent_id?: string
  readonly namespace: string
  readonly status: TaskStatus
}

export interface SessionEvent {
  readonly type: 'session-opened' | 'session-closed'
  readonly at: string
  readonly session: SessionInfo
  readonly reason?: string
}

/** One tool call was answered. Names, sizes and times; never arguments. */
export interface CallEvent {
  readonly type: 'call-answered'
  readonly at: string
  readonly session_id: string
  readonly agent_id: string
  readonly namespace: string
  readonly transport: TransportKind
  readonly tool: string
  readonly ok: boolean
  readonly duration_ms: number
}

/** Once a second while anybody listens. */
export interface RatesEvent {
  readonly type: 'rates'
  readonly at: string
  /** Tool calls answered in the last second, by agent. */
  readonly calls_by_agent: Readonly<Record<string, number>>
  readonly calls: number
  readonly errors: number
  /** Of the calls of the last 60 seconds, in milliseconds; absent when there were none. */
  readonly latency_ms?: { readonly p50: number; readonly p95: number }
  readonly sessions: number
}
