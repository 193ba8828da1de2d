import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { agentScope, changes, draft, grants, listOf, openMemoryParts, owner } from '../server/testing/memory-parts.ts'
import type { MemoryParts } from '../server/testing/memory-parts.ts'

const alice = agentScope('alice', 'team-a')
const mate = agentScope('mate', 'team-a')
const bob = agentScope('bob', 'team-b')

let parts: MemoryParts
beforeEach(async () => {
  parts = await openMemoryParts()
})
afterEach(() => parts.close())

async function stored(content: string, more: Parameters<typeof draft>[1] = {}, scope = alice): Promise<string> {
  return (await parts.writer.store(draft(content, more), scope)).memory.id
}

describe('recalling', () => {
  test('counts as an access, and not when the person looks', async () => {
    const id = await stored('x')
    await parts.reader.recall(id, alice)
    parts.clock.advance(1_000)
    await parts.reader.recall(id, alice)
    await parts.reader.recall(id, owner)
    const { access_count, accessed_at, version, updated_at } = await parts.reader.recall(id, owner)
    expect({ access_count, accessed_at, version, updated_at }).toEqual({
      access_count: 2,
      accessed_at: '2026-11-22T10:00:01.000Z',
      version: 1,
      updated_at: '2026-11-22T10:00:00.000Z',
    })
  })

  test('what is not there and what one may not see sound alike', async () => {
    const id = await stored('x')
    await expect(parts.reader.recall(id, bob)).rejects.toMatchObject({
      code: 'not_found',
      message: `There is no memory ${id}, or you may not see it.`,
    })
  })
})

describe('what a reader is shown of a memory', () => {
  test('grants: all to its owner, one’s own to others', async () => {
    const id = await stored('x', { access_level: 'shared', shared_with: [{ agent_id: 'bob' }, { agent_id: 'carol', permission: 'write' }] })
    const shownTo = async (scope: typeof alice) => (await parts.reader.recall(id, scope)).shared_with.map((share) => share.agent_id)
    expect([await shownTo(alice), await shownTo(owner), await shownTo(bob), await shownTo(agentScope('carol'))]).toEqual([
      ['bob', 'carol'],
      ['bob', 'carol'],
      ['bob'],
      ['carol'],
    ])
  })

  test('no link and no successor that the reader may not see, on any path', async () => {
    const hidden = await stored('hidden')
    const seen = await stored('seen', { access_level: 'team' })
    const id = await stored('x', {
      access_level: 'team',
      links: [
        { to: hidden, kind: 'relates' },
        { to: seen, kind: 'causes' },
      ],
    })
    await stored('successor', { links: [{ to: id, kind: 'supersedes' }] })
    const open = [{ to: seen, kind: 'causes' }]
    expect((await parts.reader.recall(id, alice)).links).toHaveLength(2)
    expect((await parts.reader.recall(id, alice)).superseded_by).toBeDefined()
    const recalled = await parts.reader.recall(id, mate)
    expect([recalled.links, recalled.superseded_by]).toEqual([open, undefined])
    const listed = (await parts.reader.list(listOf(), mate)).memories.find((memory) => memory.id === id)
    expect([listed?.links, listed?.superseded_by]).toEqual([open, undefined])
    expect(await parts.reader.links(id, mate)).toEqual({ outgoing: open, incoming: [] })
    expect((await parts.reader.links(id, alice)).incoming).toMatchObject([{ kind: 'supersedes' }])
  })
})

describe('history', () => {
  test('hides the versions that stood while the reader could not see them', async () => {
    const id = await stored('draft with a password')
    await parts.writer.update(changes(id, { content: 'still private' }), alice)
    await parts.writer.update(changes(id, { content: 'clean', access_level: 'team' }), alice)
    await parts.writer.update(changes(id, { content: 'cleaner' }), alice)
    const versionsFor = async (scope: typeof alice) =>
      (await parts.reader.history(id, scope, { limit: 10 })).history.map((entry) => [entry.version, entry.before?.content])
    expect(await versionsFor(alice)).toEqual([
      [4, 'clean'],
      [3, 'still private'],
      [2, 'draft with a password'],
      [1, undefined],
    ])
    expect(await versionsFor(mate)).toEqual([
      [4, 'clean'],
      [1, undefined],
    ])
    await expect(parts.writer.restore(id, 1, mate)).rejects.toMatchObject({ code: 'not_found' })
    await expect(versionsFor(bob)).rejects.toMatchObject({ code: 'not_found' })
  })

  test('shows older grants and links as little as the memory itself', async () => {
    const hidden = await stored('hidden')
    const id = await stored('x', {
      access_level: 'shared',
      shared_with: [{ agent_id: 'bob' }, { agent_id: 'carol' }],
      links: [{ to: hidden, kind: 'relates' }],
    })
    await parts.writer.update(changes(id, { content: 'y' }), alice)
    const [entry] = (await parts.reader.history(id, bob, { limit: 5 })).history
    expect([entry?.before?.shared_with.map((share) => share.agent_id), entry?.before?.links]).toEqual([['bob'], []])
  })

  test('comes in pages, newest first', async () => {
    const id = await stored('v1')
    for (let i = 2; i <= 5; i += 1) await parts.writer.update(changes(id, { content: `v${i}` }), alice)
    const first = await parts.reader.history(id, alice, { limit: 3 })
    const second = await parts.reader.history(id, alice, { limit: 3, cursor: first.next_cursor })
    expect([...first.history, ...second.history].map((entry) => entry.version)).toEqual([5, 4, 3, 2, 1])
    expect(second.next_cursor).toBeUndefined()
  })
})

describe('lists, tags and counts', () => {
  test('hold what the scope may see', async () => {
    await stored('private', { tags: ['a', 'p'] })
    await stored('team', { access_level: 'team', tags: ['a'] })
    await stored('public', { access_level: 'public', tags: ['a'] })
    const shared = await stored('shared', { tags: ['s'] })
    await parts.writer.share(grants(shared, { shared_with: [{ agent_id: 'bob' }] }), alice)
    const seen = async (scope: typeof alice) => ({
      contents: (await parts.reader.list(listOf({ sort: 'oldest' }), scope)).memories.map((memory) => memory.content),
      total: (await parts.reader.list(listOf({ limit: 1 }), scope)).total,
      tags: await parts.reader.tags(scope, 10),
      count: await parts.reader.count(scope),
      owned: await parts.reader.count(scope, { agentId: 'alice' }),
    })
    expect(await seen(mate)).toEqual({ contents: ['team', 'public'], total: 2, tags: [{ tag: 'a', count: 2 }], count: 2, owned: 2 })
    expect(await seen(bob)).toEqual({
      contents: ['public', 'shared'],
      total: 2,
      tags: [
        { tag: 'a', count: 1 },
        { tag: 's', count: 1 },
      ],
      count: 2,
      owned: 2,
    })
    expect(await seen(owner)).toEqual(await seen(alice))
  })

  test('filters apply together, and before the limit', async () => {
    await stored('old and dull', { tags: ['x'], importance: 0.1 })
    parts.clock.advance(3_600_000)
    await stored('new and dull', { tags: ['x', 'y'], importance: 0.1 })
    const wanted = await stored('new and grave', { tags: ['x'], importance: 0.9, pinned: true })
    const list = async (filter: Parameters<typeof listOf>[0]) =>
      (await parts.reader.list(listOf(filter), alice)).memories.map((memory) => memory.content)
    expect(await list({ min_importance: 0.5 })).toEqual(['new and grave'])
    expect(await list({ tags: ['x', 'y'], tag_match: 'all' })).toEqual(['new and dull'])
    expect(await list({ tags: ['y', 'z'], tag_match: 'any' })).toEqual(['new and dull'])
    expect(await list({ until: '2026-11-22T10:30:00Z' })).toEqual(['old and dull'])
    expect(await list({ since: '30 minutes ago', limit: 1, sort: 'importance' })).toEqual(['new and grave'])
    expect(await list({ pinned: true, agent_id: 'alice', namespace: 'team-a', access_level: 'private' })).toEqual(['new and grave'])
    expect(await list({ namespace: 'team-b' })).toEqual([])
    expect((await parts.reader.recall(wanted, owner)).pinned).toBe(true)
  })

  test('a range turned round is refused', async () => {
    await expect(parts.reader.list(listOf({ since: 'yesterday', until: '2020-01-01' }), alice)).rejects.toMatchObject({
      code: 'invalid_request',
      details: { field: 'since' },
    })
  })
})
