import type { Generated, Kysely, Transaction } from 'kysely'
import type { AccessLevel, HistoryAction, Link, Share } from '../../contract/memory.ts'

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
  embedding_models: { id: Generated<number>; name: string; dimensions: number }
  /** Per known model, the memories whose content it has not embedded yet: rows go away as vectors arrive. */
  embedding_backlog: { model_id: number; memory_seq: number }
  /** One vector per window of a memory's content, as `quantized-vector.ts` writes it. */
  memory_vectors: { id: Generated<number>; memory_seq: number; model_id: number; vector: Uint8Array }
  agents: AgentTable
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

export type MemoryDb = Kysely<MemoryDatabase>
export type MemoryTransaction = Transaction<MemoryDatabase>
