import type { AccessLevel } from './memory.ts'
import type { CheckStatus, SessionInfo, TransportKind } from './session.ts'
import type { TaskStatus } from './task.ts'
import type { ExecutionStatus, StepStatus } from './workflow.ts'

/**
 * What the event feed (`GET /api/v1/events`, WebSocket) tells. Each frame is one JSON object of this union. Events announce what
 * happened; they carry ids, never texts. A listener hears of a memory or a task only what its scope may see.
 */
export type ServerEvent =
  | MemoryEvent
  | TaskEvent
  | WorkflowEvent
  | ExecutionEvent
  | StepEvent
  | SessionEvent
  | CallEvent
  | RatesEvent
  | DataImportedEvent
  | TokenEvent
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

/** A definition changed. Heard in its namespace. */
export interface WorkflowEvent {
  readonly type: 'workflow-created' | 'workflow-updated' | 'workflow-deleted'
  readonly at: string
  readonly workflow_id: string
  readonly name: string
  /** Who did it. */
  readonly by: string
  readonly namespace: string
}

/** A run came further. Heard by its agent. */
export interface ExecutionEvent {
  readonly type:
    'execution-queued' | 'execution-started' | 'execution-changed' | 'execution-completed' | 'execution-failed' | 'execution-cancelled'
  readonly at: string
  readonly execution_id: string
  readonly workflow_id: string
  readonly workflow_name: string
  readonly agent_id: string
  readonly namespace: string
  readonly status: ExecutionStatus
  readonly steps_ended: number
  readonly steps_total: number
}

/** A step of a run came further. Heard by the agent of the run. */
export interface StepEvent {
  readonly type: 'step-changed'
  readonly at: string
  readonly execution_id: string
  readonly agent_id: string
  readonly step_id: string
  readonly tool: string
  readonly status: StepStatus
  readonly attempts: number
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

/** Many records came or changed at once: reload what you show. Heard by the person. */
export interface DataImportedEvent {
  readonly type: 'data-imported'
  readonly at: string
  /** Who did it. */
  readonly by: string
  /** New and replaced ones. */
  readonly records: number
}

/** A token of a client was made, got another secret or was ended. Heard by the person. */
export interface TokenEvent {
  readonly type: 'token-created' | 'token-rotated' | 'token-revoked'
  readonly at: string
  readonly token_id: string
  readonly name: string
  /** Whom its bearer is. */
  readonly agent_id: string
  /** Who did it. */
  readonly by: string
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
