import type { QueryClient } from '@tanstack/react-query'
import type { ServerEvent } from '../api/types.ts'

/** First part of every query's key: what its answer is made of. */
export type Family =
  'agents' | 'tasks' | 'workflows' | 'sessions' | 'audit' | 'tokens' | 'clients' | 'settings' | 'backups' | 'map' | 'graph'

const EVERYTHING: readonly Family[] = [
  'agents',
  'tasks',
  'workflows',
  'sessions',
  'audit',
  'tokens',
  'clients',
  'settings',
  'backups',
  'map',
  'graph',
]
/** A burst of events costs one new answer of each family in this time, not one each. */
const REFRESH_MS = 1000

/** Marks cached answers as old when an event says that they are; those on the screen are then asked for anew. */
export class QueryRefresh {
  readonly #queries: QueryClient
  readonly #due = new Set<Family>()
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(queries: QueryClient) {
    this.#queries = queries
  }

  apply(events: readonly ServerEvent[]): void {
    for (const event of events) for (const family of familiesOf(event)) this.#due.add(family)
    if (this.#due.size > 0) this.#timer ??= setTimeout(() => this.#refresh(), REFRESH_MS)
  }

  /** After events were lost. */
  refreshAll(): void {
    for (const family of EVERYTHING) this.#due.add(family)
    this.#refresh()
  }

  #refresh(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    for (const family of this.#due) void this.#queries.invalidateQueries({ queryKey: [family] })
    this.#due.clear()
  }
}

/** What an event makes old. Whatever changes something is in the audit log too. */
export function familiesOf({ type }: ServerEvent): readonly Family[] {
  switch (type) {
    case 'session-opened':
    case 'session-closed':
      return ['sessions', 'agents', 'clients']
    case 'call-answered':
      return ['sessions']
    case 'memory-stored':
    case 'memory-purged':
      return ['agents', 'audit', 'map', 'graph']
    case 'memory-updated':
    case 'memory-deleted':
    case 'memory-restored':
      return ['audit', 'map', 'graph']
    case 'token-created':
    case 'token-rotated':
    case 'token-revoked':
      return ['tokens', 'audit']
    case 'task-created':
    case 'task-updated':
    case 'task-assigned':
    case 'task-released':
    case 'task-completed':
    case 'task-failed':
    case 'task-cancelled':
    case 'task-deleted':
      return ['tasks', 'audit']
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
      return ['workflows', 'audit']
    case 'data-imported':
      return ['agents', 'tasks', 'workflows', 'audit', 'backups', 'map', 'graph']
    case 'health-changed':
      return ['settings']
    case 'rates':
    case 'hello':
      return []
  }
}
