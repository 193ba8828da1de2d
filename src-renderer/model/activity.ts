import type { Memory, ServerEvent } from '../api/types.ts'

export type ActivityKind = 'stored' | 'updated' | 'deleted' | 'restored' | 'purged' | 'called' | 'failed' | 'connected' | 'disconnected'

/** One line of "Just happened". Like things in quick succession share a line and count up. */
export interface ActivityRow {
  /** Stays the same while the line counts up. */
  readonly key: string
  readonly kind: ActivityKind
  readonly at: string
  readonly agentId: string
  readonly count: number
  /** The newest memory of the line. */
  readonly memoryId?: string
  readonly tool?: string
  readonly durationMs?: number
  /** Known from before this page opened: it does not slide in. */
  readonly isOld?: boolean
}

export const MOST_ROWS = 60
/** Lines this near to the top may still count up. */
const JOIN_DEPTH = 4
const JOIN_MS = 10_000

/** Tools whose success is already told by a memory event. */
const TOLD_BY_MEMORY = new Set(['store_memory', 'create_memory', 'update_memory', 'delete_memory', 'restore_memory', 'share_memory'])

/** Newest first, bounded. Calls of `ownAgent` (this page) are left out; what it changed is not. */
export function addActivity(rows: readonly ActivityRow[], events: readonly ServerEvent[], ownAgent: string): readonly ActivityRow[] {
  const next = [...rows]
  for (const event of events) {
    const row = rowOf(event, ownAgent)
    if (!row) continue
    const twin = next.findIndex((old, at) => at < JOIN_DEPTH && !old.isOld && isLike(old, row))
    const old = next[twin]
    if (old) next[twin] = { ...row, key: old.key, count: old.count + 1 }
    else next.unshift(row)
  }
  return next.slice(0, MOST_ROWS)
}

/** What was stored before the page opened, newest first, below what it saw itself. */
export function addEarlier(rows: readonly ActivityRow[], memories: readonly Memory[]): readonly ActivityRow[] {
  const told = new Set(rows.map((row) => row.memoryId))
  const earlier = memories
    .filter((memory) => !told.has(memory.id))
    .map((memory): ActivityRow => {
      return { key: memory.id, kind: 'stored', at: memory.created_at, agentId: memory.agent_id, count: 1, memoryId: memory.id, isOld: true }
    })
  return [...rows, ...earlier].slice(0, MOST_ROWS)
}

let lastKey = 0

function rowOf(event: ServerEvent, ownAgent: string): ActivityRow | undefined {
  const base = (kind: ActivityKind, agentId: string) => ({ key: String((lastKey += 1)), kind, at: event.at, agentId, count: 1 })
  switch (event.type) {
    case 'memory-stored':
    case 'memory-updated':
    case 'memory-deleted':
    case 'memory-restored':
    case 'memory-purged':
      return { ...base(MEMORY_KINDS[event.type], event.by), memoryId: event.memory_id }
    case 'call-answered':
      if (event.agent_id === ownAgent || (event.ok && TOLD_BY_MEMORY.has(event.tool))) return undefined
      return { ...base(event.ok ? 'called' : 'failed', event.agent_id), tool: event.tool, durationMs: event.duration_ms }
    case 'session-opened':
    case 'session-closed':
      if (event.session.agent_id === ownAgent) return undefined
      return base(event.type === 'session-opened' ? 'connected' : 'disconnected', event.session.agent_id)
    // The calls that changed a task, and those of a run, are rows of their own already.
    case 'token-created':
    case 'token-rotated':
    case 'token-revoked':
    case 'task-created':
    case 'task-updated':
    case 'task-assigned':
    case 'task-released':
    case 'task-completed':
    case 'task-failed':
    case 'task-cancelled':
    case 'task-deleted':
    case 'workflow-created':
    case 'workflow-updated':
    case 'workflow-deleted':
    case 'execution-queued':
    case 'execution-started':
    case 'execution-changed':
    case 'execution-completed':
    case 'execution-failed':
    case 'execution-cancelled':
    case 'step-changed':
    case 'rates':
    case 'health-changed':
    case 'data-imported':
    case 'hello':
      return undefined
  }
}

const MEMORY_KINDS = {
  'memory-stored': 'stored',
  'memory-updated': 'updated',
  'memory-deleted': 'deleted',
  'memory-restored': 'restored',
  'memory-purged': 'purged',
} as const

function isLike(old: ActivityRow, row: ActivityRow): boolean {
  return old.agentId === row.agentId && old.kind === row.kind && old.tool === row.tool && Date.parse(row.at) - Date.parse(old.at) < JOIN_MS
}
