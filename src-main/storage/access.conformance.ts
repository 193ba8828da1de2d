import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Memory } from '../contract/memory.ts'
import { canManage, canRead } from '../contract/scope.ts'
import type { Scope } from '../contract/scope.ts'
import { agent, aMemory, at, by, candidates, embed, list, OWNER, T0, vector } from './fixtures.conformance.ts'
import type { MemoryStore, NewMemory } from './memory-store.ts'
import type { OpenedStore } from './fixtures.conformance.ts'

const AGENTS = ['alice', 'bob', 'carol']
const NAMESPACES = ['team-a', 'team-b']

const shareArbitrary = fc.record({
  agent_id: fc.constantFrom(...AGENTS),
  permission: fc.constantFrom('read' as const, 'write' as const),
  expires_at: fc.option(fc.constantFrom(at(-1), T0, at(1)), { nil: undefined }),
})
const memoryArbitrary = fc.record({
  access_level: fc.constantFrom('private' as const, 'team' as const, 'shared' as const, 'public' as const, 'system' as const),
  agent_id: fc.constantFrom(...AGENTS),
  namespace: fc.constantFrom(...NAMESPACES),
  shares: fc.array(shareArbitrary, { maxLength: 3 }),
  expires_at: fc.option(fc.constantFrom(T0, at(1)), { nil: undefined }),
  isTrash: fc.boolean(),
})
const scopeArbitrary: fc.Arbitrary<Scope> = fc.oneof(
  fc.constant(OWNER),
  fc
    .record({ agentId: fc.constantFrom(...AGENTS, 'nobody'), namespace: fc.constantFrom(...NAMESPACES), isAdmin: fc.boolean() })
    .map((scope) => ({ kind: 'agent' as const, ...scope })),
)

export function accessConformance(store: OpenedStore): void {
  it('shows on every path exactly what contract/scope.ts allows', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(memoryArbitrary, { minLength: 1, maxLength: 12 }),
        fc.array(scopeArbitrary, { minLength: 1, maxLength: 4 }),
        async (memories, scopes) => {
          const stored: Memory[] = []
          for (const { shares, isTrash, expires_at, ...fields } of memories)
            stored.push(
              await keep(
                store(),
                { ...fields, shared_with: shares.map(withoutUndefined), ...(expires_at !== undefined && { expires_at }) },
                isTrash,
              ),
            )
          try {
            for (const scope of scopes) await comparePaths(store(), stored, scope)
          } finally {
            for (const { id } of stored) await store().purge(id, by(OWNER))
          }
        },
      ),
      { numRuns: 40 },
    )
  }, 60_000)
}

async function keep(store: MemoryStore, fields: Partial<NewMemory>, isTrash: boolean): Promise<Memory> {
  const memory = aMemory({ ...fields, tags: ['common'], created_at: at(-60) })
  const { memory: stored } = await store.insert(memory, by(agent(memory.agent_id), at(-60)))
  await embed(store, stored, [vector(1)])
  return isTrash ? store.trash(stored.id, by(OWNER, at(-30))) : stored
}

async function comparePaths(store: MemoryStore, stored: readonly Memory[], scope: Scope): Promise<void> {
  const now = Date.parse(T0)
  const live = stored.filter(
    ({ deleted_at, expires_at }) => deleted_at === undefined && (expires_at === undefined || Date.parse(expires_at) > now),
  )
  const visible = live.filter((memory) => canRead(memory, scope, now)).map(({ id }) => id)
  const managedTrash = stored.filter((memory) => memory.deleted_at !== undefined && canManage(memory, scope)).map(({ id }) => id)
  const ids = stored.map(({ id }) => id)
  const model = { vector: { values: vector(1), modelId: 'model-1' } }

  expect(await store.visibleIds(ids, scope, T0)).toEqual(visible)
  expect((await store.getMany(ids, scope, T0)).map(({ id }) => id)).toEqual(visible)
  expect((await list(store, scope)).memories.map(({ id }) => id).sort()).toEqual([...visible].sort())
  expect((await list(store, scope, { limit: 1 })).total).toBe(visible.length)
  expect((await list(store, scope, { trash: true })).memories.map(({ id }) => id).sort()).toEqual([...managedTrash].sort())
  expect(await store.count(scope, T0)).toBe(visible.length)
  expect(await store.tags(scope, 5, T0)).toEqual(visible.length === 0 ? [] : [{ tag: 'common', count: visible.length }])
  for (const query of [{ text: 'common' }, model]) {
    expect((await candidates(store, scope, query)).candidates.map(({ id }) => id).sort()).toEqual([...visible].sort())
  }
  for (const { id } of stored) {
    const isVisible = visible.includes(id)
    const isManaged = managedTrash.includes(id)
    expect(await store.get(id, scope, { now: T0 }).then(Boolean)).toBe(isVisible)
    expect(await store.get(id, scope, { now: T0, includeTrash: true }).then(Boolean)).toBe(isVisible || isManaged)
    expect(await answers(store.history(id, scope, { limit: 1, now: T0 }))).toBe(isVisible || isManaged)
    expect(await answers(store.links(id, scope, T0))).toBe(isVisible)
  }
}

async function answers(question: Promise<unknown>): Promise<boolean> {
  try {
    await question
    return true
  } catch (error) {
    expect(error).toMatchObject({ code: 'not_found' })
    return false
  }
}

function withoutUndefined({ expires_at, ...share }: { agent_id: string; permission: 'read' | 'write'; expires_at: string | undefined }) {
  return { ...share, ...(expires_at !== undefined && { expires_at }) }
}
