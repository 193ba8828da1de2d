import type { Generated, Kysely, Transaction } from 'kysely'
import type { AuditObjectKind, AuditOutcome } from '../../contract/audit.ts'
import type { AccessLevel, HistoryAction, Link, Share } from '../../contract/memory.ts'
import type { TaskStatus } from '../../contract/task.ts'
import type { Execution, ExecutionStatus } from '../../contract/workflow.ts'

/**
 * Tables that every SQL dialect has under the same names. Times are epoch milliseconds, truth values 0 and 1, JSON is text:
 * what each driver hands back then is the same (Postgres: parse int8 as a number). A dialect's own index tables (FTS5, vec0, tsvector) are not here.
 */
export interface MemoryDatabase {
  memories: MemoryTable
  memory_tags: { memory_seq: number; position: number; tag: string }
  memory_shares: { memory_seq: number; position: number; agent_id: string; permission: Share['permission']; expires_at: number | null }
  memory_links: { memory_seq: number; position: number; to_id: string; kind: Link['kind'] }
  memory_history: HistoryTable
  /** Models whose vectors the store has held. */
  embedding_models: EmbeddingModelTable
  /** Per known model, the memories whose content it has not embedded yet: rows go away as vectors arrive. */
  embedding_backlog: { model_id: number; memory_seq: number }
  /** One vector per window of a memory's content, as `quantized-vector.ts` writes it. */
  memory_vectors: { id: Generated<number>; memory_seq: number; model_id: number; vector: Uint8Array }
  agents: AgentTable
  tasks: TaskTable
  task_dependencies: { task_id: string; position: number; depends_on: string }
  workflows: WorkflowTable
  executions: ExecutionTable
  execution_steps: ExecutionStepTable
  sessions: SessionTable
  tokens: TokenTable
  audit_entries: AuditTable
  /** One row: where the chain begins and ends. */
  audit_state: AuditStateTable
  /** Where memories lie on the map: at most one layout is `current`, at most one `building`. */
  map_layouts: { id: Generated<number>; model_id: number; state: 'building' | 'current' | 'old'; fitted: number; landmarks: number }
  map_places: MapPlaceTable
}

export interface MapPlaceTable {
  layout_id: number
  memory_seq: number
  x: number
  y: number
  /** Of the content it was worked out from. */
  content_version: number
  is_landmark: number
}

/** Rows are never deleted: whoever still holds an id in memory must not find another model under it. */
export interface EmbeddingModelTable {
  id: Generated<number>
  /** Unique. Of a model that is dropped with its id behind it, so that the same model can come back as a new one. */
  name: string
  dimensions: number
  /** `in-use`: of one at most, what searches ask for. `kept`: of a set being built. `dropping`: vectors are being erased. */
  state: 'in-use' | 'kept' | 'dropping' | 'dropped'
  /** How to open it, as whoever said so wrote it; without secrets. */
  recipe: string | null
}

export interface MemoryTable {
  /** Order of arrival; what other tables refer to. Never used again after a purge. */
  seq: Generated<number>
  id: string
  agent_id: string
  namespace: string
  access_level: AccessLevel
  importance: number
  pinned: number
  created_at: number
  updated_at: number
  accessed_at: number | null
  access_count: number
  expires_at: number | null
  deleted_at: number | null
  version: number
  /** Raised when the content changes, and only then: what vectors are made from. */
  content_version: number
  content_hash: string
  superseded_by: string | null
  source_url: string | null
  summary: string | null
  context: string
  content: string
}

export interface HistoryTable {
  memory_seq: number
  version: number
  action: HistoryAction
  changed_at: number
  changed_by: string
  /** A `StoredMemory` as JSON. */
  before: string | null
}

export interface AgentTable {
  agent_id: string
  display_name: string
  namespace: string
  capabilities: string
  access_level: AccessLevel
  metadata: string
  is_registered: number
  created_at: number
  last_seen_at: number | null
}

export interface TaskTable {
  /** Order of arrival. */
  seq: Generated<number>
  id: string
  title: string
  description: string | null
  type: string
  status: TaskStatus
  /** Rank: 0 low to 3 critical. */
  priority: number
  progress: number
  created_by: string
  assigned_agent_id: string | null
  namespace: string
  due_at: number | null
  result: string | null
  error: string | null
  notes: string
  retry_count: number
  version: number
  created_at: number
  updated_at: number
  started_at: number | null
  completed_at: number | null
}

export interface WorkflowTable {
  seq: Generated<number>
  id: string
  name: string
  description: string | null
  steps: string
  schedule: string | null
  next_run_at: number | null
  last_run_at: number | null
  version: number
  created_by: string
  namespace: string
  created_at: number
  updated_at: number
}

export interface ExecutionTable {
  /** Order of arrival. */
  seq: Generated<number>
  id: string
  workflow_id: string
  workflow_name: string
  workflow_version: number
  status: ExecutionStatus
  trigger: Execution['trigger']
  agent_id: string
  namespace: string
  /** A `Scope` as JSON: whom its steps act as. */
  scope: string
  definition: string
  input: string
  output: string | null
  output_truncated: number
  error: string | null
  depth: number
  parent_id: string | null
  root_id: string
  step_count: number
  created_at: number
  started_at: number | null
  completed_at: number | null
  cancel_reason: string | null
  runner_id: string | null
  lease_until: number | null
}

/** A `StepRun` as JSON; its parts are read and written together. */
export interface ExecutionStepTable {
  execution_id: string
  position: number
  step_id: string
  run: string
}

export interface SessionTable {
  session_id: string
  resume_hash: string
  spent_hash: string | null
  holder: string | null
  connected_agent_id: string
  connected_namespace: string
  agent_id: string
  namespace: string
  capabilities: string
  subscriptions: string
  started_at: number
  saved_at: number
  ends_at: number
}

export interface TokenTable {
  id: string
  name: string
  agent_id: string
  /** A JSON list, as `scopes` is. */
  namespaces: string
  scopes: string
  secret_hash: string
  former_hash: string | null
  former_until: number | null
  hint: string
  created_at: number
  created_by: string
  expires_at: number | null
  last_used_at: number | null
  rotated_at: number | null
  revoked_at: number | null
  revoked_by: string | null
}

/** Rows are only added, and removed from the beginning; the database sees to that. */
export interface AuditTable {
  seq: number
  at: number
  action: string
  agent_id: string
  namespace: string
  outcome: AuditOutcome
  session_id: string | null
  request_id: string | null
  address: string | null
  object_kind: AuditObjectKind | null
  /** The first id, which is mostly the only one. */
  object_id: string | null
  /** The other ids as JSON. */
  more_ids: string | null
  code: string | null
  facts: string | null
  prev_hash: string
  hash: string
}

export interface AuditStateTable {
  id: number
  anchor_seq: number
  anchor_hash: string
  head_seq: number
  head_hash: string
}

export type MemoryDb = Kysely<MemoryDatabase>
export type MemoryTransaction = Transaction<MemoryDatabase>
