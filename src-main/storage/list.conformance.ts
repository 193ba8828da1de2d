import { describe, expect, it } from 'vitest'
import { newId } from '../base/ids.ts'
import type { Scope } from '../contract/scope.ts'
import { alice, at, bob, by, list, OWNER, put, T0 } from './fixtures.conformance.ts'
import type { ListQuery, MemoryStore } from './memory-store.ts'
import type { OpenedStore } from './fixtures.conformance.ts'

async function allPages(store: MemoryStore, scope: Scope, query: Partial<ListQuery>, between?: () => Promise<unknown>): Promise<string[]> {
  const contents: string[] = []
  let cursor: string | undefined
  do {
    const page = await list(store, scope, { ...query, ...(cursor !== undefined && { cursor }) })
    contents.push(...page.memories.map(({ content }) => content))
    cursor = page.nextCursor
    await between?.()
  } while (cursor !== undefined)
  return contents
}

export function listConformance(store: OpenedStore): void {
  describe('orders', () => {
    const ORDERS: Record<ListQuery['sort'], string[]> = {
      newest: ['d', 'c', 'b', 'a'],
      oldest: ['a', 'b', 'c', 'd'],
      updated: ['a', 'd', 'c', 'b'],
      importance: ['c', 'd', 'b', 'a'],
    }
    it.each(Object.entries(ORDERS))('%s, over pages of any size', async (sort, expected) => {
      const a = await put(store(), { content: 'a', created_at: at(-30), importance: 0.1 })
      await put(store(), { content: 'b', created_at: at(-20), importance: 0.5 })
      await put(store(), { content: 'c', created_at: at(-10), importance: 1 })
      await put(store(), { content: 'd', created_at: at(-10), importance: 0.5 })
      await store().update(a.id, { pinned: true }, by(alice, at(-1)))
      for (const limit of [1, 2, 3, 4, 9]) {
        const contents = await allPages(store(), alice, { sort: sort as ListQuery['sort'], limit })
        expect(contents).toEqual(expected)
      }
    })
  })

  it('neither repeats nor skips when memories arrive between pages', async () => {
    for (let i = 0; i < 10; i++) await put(store(), { content: `c${i}`, created_at: at(i) })
    const seen = await allPages(store(), alice, { limit: 3, now: at(99) }, () => put(store(), { created_at: at(50) }))
    expect(seen).toEqual(['c9', 'c8', 'c7', 'c6', 'c5', 'c4', 'c3', 'c2', 'c1', 'c0'])
  })

  it('counts all pages in `total`, and only what the scope may see', async () => {
    for (let i = 0; i < 5; i++) await put(store())
    await put(store(), { agent_id: 'bob' })
    expect(await list(store(), alice, { limit: 2 })).toMatchObject({ total: 5, memories: [{}, {}] })
    expect((await list(store(), bob)).total).toBe(1)
    expect((await list(store(), OWNER)).total).toBe(6)
  })

  it('pages through the trash', async () => {
    for (const content of ['x', 'y', 'z']) await store().trash((await put(store(), { content })).id, by(alice))
    await put(store())
    expect(await allPages(store(), alice, { trash: true, limit: 2 })).toEqual(['z', 'y', 'x'])
  })

  it.each([
    '',
    'x',
    'bm90IG91cnM',
    Buffer.from('["oldest",1,2]').toString('base64url'),
    Buffer.from('["newest",1]').toString('base64url'),
    Buffer.from('["newest","a","b"]').toString('base64url'),
  ])('refuses a cursor that is not its own: %j', async (cursor) => {
    await expect(list(store(), alice, { cursor })).rejects.toMatchObject({ code: 'invalid_request' })
  })

  describe('filters', () => {
    it.each([
      ['any of some tags', { tags: ['red', 'blue'] }, ['1', '2', '3']],
      ['all of some tags', { tags: ['red', 'blue'], tagMatch: 'all' }, ['2']],
      ['a tag of nobody', { tags: ['green'] }, []],
      ['no tags', { tags: [] }, ['1', '2', '3', '4']],
      ['a hostile tag', { tags: [`' OR 1=1 --`] }, []],
      ['an agent', { agentId: 'bob' }, ['4']],
      ['a namespace', { namespace: 'team-b' }, ['3']],
      ['importance', { minImportance: 0.5 }, ['2', '3']],
      ['since, which is part of it', { since: at(-20) }, ['3', '4']],
      ['until, which is not', { until: at(-20) }, ['1', '2']],
      ['both', { since: at(-30), until: at(-20) }, ['2']],
      ['level', { accessLevel: 'public' }, ['3', '4']],
      ['pinned', { pinned: true }, ['1']],
      ['not pinned', { pinned: false, agentId: 'alice' }, ['2', '3']],
    ] satisfies [string, Partial<ListQuery>, string[]][])('by %s', async (_, filter, expected) => {
      await put(store(), { content: '1', tags: ['red'], importance: 0.2, created_at: at(-40), pinned: true })
      await put(store(), { content: '2', tags: ['blue', 'red'], importance: 0.5, created_at: at(-30) })
      await put(store(), {
        content: '3',
        tags: ['blue'],
        importance: 0.9,
        namespace: 'team-b',
        access_level: 'public',
        created_at: at(-20),
      })
      await put(store(), { content: '4', tags: [], importance: 0.1, agent_id: 'bob', access_level: 'public', created_at: at(-10) })
      const { memories, total } = await list(store(), alice, { sort: 'oldest', ...filter })
      expect(memories.map(({ content }) => content)).toEqual(expected)
      expect(total).toBe(expected.length)
    })
  })

  it('gives many by id in the order asked, and says which are visible', async () => {
    const a = await put(store())
    const b = await put(store())
    const hidden = await put(store(), { agent_id: 'bob' })
    const ids = [b.id, hidden.id, newId(), a.id]
    expect((await store().getMany(ids, alice, T0)).map(({ id }) => id)).toEqual([b.id, a.id])
    expect(await store().visibleIds(ids, alice, T0)).toEqual([b.id, a.id])
    expect(await store().getMany([], alice, T0)).toEqual([])
    const many = Array.from({ length: 2_000 }, () => newId())
    expect(await store().visibleIds([...many, a.id], alice, T0)).toEqual([a.id])
    expect(await store().getMany([...many, a.id], alice, T0)).toEqual([a])
  })

  it('counts tags, commonest first, once for each memory', async () => {
    await put(store(), { tags: ['b', 'a'] })
    await put(store(), { tags: ['b', 'b', 'c'] })
    await put(store(), { tags: ['c', 'hidden'], agent_id: 'bob' })
    expect(await store().tags(alice, 10, T0)).toEqual([
      { tag: 'b', count: 2 },
      { tag: 'a', count: 1 },
      { tag: 'c', count: 1 },
    ])
    expect(await store().tags(alice, 1, T0)).toEqual([{ tag: 'b', count: 2 }])
  })

  it('counts what a scope may see, of all or of one agent', async () => {
    await put(store())
    await put(store(), { agent_id: 'bob', access_level: 'team' })
    await put(store(), { agent_id: 'bob' })
    expect(await store().count(alice, T0)).toBe(2)
    expect(await store().count(alice, T0, { agentId: 'bob' })).toBe(1)
    expect(await store().count(OWNER, T0)).toBe(3)
  })
}
