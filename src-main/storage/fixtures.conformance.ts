import { newId } from '../base/ids.ts'
import type { Memory } from '../contract/memory.ts'
import { OWNER_SCOPE } from '../contract/scope.ts'
import type { Scope } from '../contract/scope.ts'
import type { CandidateQuery, CandidateSet, Change, ListQuery, MemoryStore, NewMemory } from './memory-store.ts'

/** What every part of the suite speaks in. Times stand still at `T0` unless a test moves them. */

/** The store of the running test. */
export type OpenedStore = () => MemoryStore

export const T0 = '2026-11-22T09:30:00.123Z'
export const OWNER = OWNER_SCOPE

export function at(minutes: number): string {
  return new Date(Date.parse(T0) + minutes * 60_000).toISOString()
}

export function agent(agentId: string, namespace = 'team-a', isAdmin = false): Scope {
  return { kind: 'agent', agentId, namespace, isAdmin }
}

export const alice = agent('alice')
export const bob = agent('bob')
export const carol = agent('carol', 'team-b')

export function by(scope: Scope, now = T0): Change {
  return { scope, actor: scope.agentId, now }
}

let serial = 0
/** A new private memory of alice in team-a, with a content of its own. */
export function aMemory(fields: Partial<NewMemory> = {}): NewMemory {
  serial++
  return {
    id: newId(),
    content: `memory number ${serial}`,
    tags: [],
    importance: 0.5,
    access_level: 'private',
    shared_with: [],
    agent_id: 'alice',
    namespace: 'team-a',
    context: {},
    pinned: false,
    created_at: T0,
    links: [],
    ...fields,
  }
}

/** Stores it as its own agent would. */
export async function put(store: MemoryStore, fields: Partial<NewMemory> = {}): Promise<Memory> {
  const memory = aMemory(fields)
  return (await store.insert(memory, by(agent(memory.agent_id, memory.namespace), memory.created_at))).memory
}

export function list(store: MemoryStore, scope: Scope, query: Partial<ListQuery> = {}) {
  return store.list({ now: T0, limit: 100, sort: 'newest', ...query }, scope)
}

export function candidates(store: MemoryStore, scope: Scope, query: Partial<CandidateQuery>): Promise<CandidateSet> {
  return store.candidates({ now: T0, candidateLimit: 50, includeShared: true, includeSuperseded: false, ...query }, scope)
}

export async function foundIds(store: MemoryStore, scope: Scope, query: Partial<CandidateQuery>): Promise<string[]> {
  return (await candidates(store, scope, query)).candidates.map(({ id }) => id)
}

/** A unit vector of 16 dimensions that leans to `direction`, the same for the same arguments. */
export function vector(direction: number, wobble = 0): Float32Array {
  const values = Float32Array.from({ length: 16 }, (_, i) => (i === direction % 16 ? 1 : 0) + wobble * Math.sin(i * 7 + direction))
  const length = Math.hypot(...values)
  return values.map((value) => value / length)
}

/** Whether the vectors were taken. */
export async function embed(store: MemoryStore, memory: Memory, vectors: readonly Float32Array[], modelId = 'model-1'): Promise<boolean> {
  return (await store.putVectors({ modelId, dimensions: 16 }, [{ memoryId: memory.id, contentVersion: 1, vectors }])) === 1
}
