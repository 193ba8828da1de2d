import { expect, it } from 'vitest'
import { newId } from '../base/ids.ts'
import { aMemory, agent, alice, at, bob, by, list, OWNER, put, T0 } from './fixtures.conformance.ts'
import type { OpenedStore } from './fixtures.conformance.ts'

export function insertConformance(store: OpenedStore): void {
  it('returns and keeps every field, and counts from version 1', async () => {
    const target = await put(store())
    const memory = aMemory({
      content: 'whole',
      summary: 'short',
      tags: ['b', 'a', 'ünïcode tag'],
      importance: 0.123456789,
      access_level: 'shared',
      shared_with: [
        { agent_id: 'bob', permission: 'write', expires_at: at(60) },
        { agent_id: 'carol', permission: 'read' },
      ],
      context: { nested: { list: [1, 'two', null] } },
      source_url: 'https://example.com/x?y=z',
      pinned: true,
      expires_at: at(90),
      links: [{ to: target.id, kind: 'relates' }],
    })
    const { memory: stored, isDuplicate } = await store().insert(memory, by(alice))
    expect(isDuplicate).toBe(false)
    expect(stored).toEqual({ ...memory, updated_at: T0, access_count: 0, version: 1 })
    expect(await store().get(memory.id, alice, { now: T0 })).toEqual(stored)
    expect(await store().getMany([memory.id], alice, T0)).toEqual([stored])
    expect((await list(store(), alice)).memories[0]).toEqual(stored)
  })

  it('leaves out what was not given', async () => {
    const stored = await put(store())
    expect(Object.keys(stored)).not.toEqual(expect.arrayContaining(['summary']))
    for (const field of ['summary', 'source_url', 'accessed_at', 'expires_at', 'deleted_at', 'superseded_by'])
      expect(stored).not.toHaveProperty(field)
  })

  it.each([
    ['emoji and CJK', '記憶 🎉👩‍👩‍👧‍👦 naïve — “quotes” ﷽'],
    ['line ends and tabs', ' leading\n\r\n\ttabs \n trailing  \n'],
    ['SQL and FTS syntax', `'; DROP TABLE memories; -- " OR NEAR( * ^ {a b} : AND NOT`],
    ['100,000 characters', 'long €𝄞 '.repeat(12_500).slice(0, 100_000)],
    ['one word of 100,000 letters', 'x'.repeat(100_000)],
    ['decomposed accents', 'e\u0301 vs \u00e9'],
  ])('keeps content verbatim: %s', async (_, content) => {
    const { id } = await put(store(), { content })
    expect((await store().get(id, alice, { now: T0 }))?.content).toBe(content)
  })

  it('keeps a deeply nested context', async () => {
    const depth = 3_000
    const context = JSON.parse(`{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`) as Record<string, unknown>
    const { id } = await put(store(), { context })
    const found = await store().get(id, alice, { now: T0 })
    expect(JSON.stringify(found?.context)).toBe(JSON.stringify(context))
    await store().update(id, { importance: 1 }, by(alice))
    expect((await store().history(id, alice, { limit: 10, now: T0 })).entries).toHaveLength(2)
  })

  it('keeps a context with names that JavaScript treats specially', async () => {
    const context = JSON.parse('{"__proto__": {"polluted": true}, "constructor": 1}') as Record<string, unknown>
    const { id } = await put(store(), { context })
    expect(JSON.stringify((await store().get(id, alice, { now: T0 }))?.context)).toBe(JSON.stringify(context))
  })

  it('gives out copies: changing one changes nothing', async () => {
    const stored = await put(store(), { tags: ['one'], context: { list: [1] } })
    stored.tags.push('two')
    ;(stored.context['list'] as number[]).push(2)
    expect(await store().get(stored.id, alice, { now: T0 })).toMatchObject({ tags: ['one'], context: { list: [1] } })
  })

  it('writes a first history row', async () => {
    const { id } = await put(store(), { created_at: at(-5) })
    expect((await store().history(id, alice, { limit: 10, now: T0 })).entries).toEqual([
      { version: 1, action: 'created', changed_at: at(-5), changed_by: 'alice' },
    ])
  })

  it('returns the memory that is there for the same content of the same agent in the same namespace', async () => {
    const first = await put(store(), { content: 'twice' })
    const again = await store().insert(aMemory({ content: 'twice', tags: ['other'] }), by(alice, at(1)))
    expect(again).toEqual({ memory: first, isDuplicate: true })
    expect((await list(store(), alice)).total).toBe(1)
    expect((await store().history(first.id, alice, { limit: 10, now: T0 })).entries).toHaveLength(1)
  })

  it('takes no other agent, namespace or nearly the same content for a duplicate', async () => {
    await put(store(), { content: 'same' })
    const others = [
      aMemory({ content: 'same', agent_id: 'bob' }),
      aMemory({ content: 'same', namespace: 'team-b' }),
      aMemory({ content: 'same ' }),
      aMemory({ content: 'Same' }),
    ]
    for (const other of others) expect((await store().insert(other, by(agent(other.agent_id)))).isDuplicate).toBe(false)
    expect((await list(store(), OWNER)).total).toBe(5)
  })

  it('takes neither a memory in the trash nor an expired one for a duplicate', async () => {
    const trashed = await put(store(), { content: 'gone' })
    await store().trash(trashed.id, by(alice))
    expect((await store().insert(aMemory({ content: 'gone' }), by(alice))).isDuplicate).toBe(false)

    const expired = await put(store(), { content: 'over', expires_at: at(10) })
    expect((await store().insert(aMemory({ content: 'over' }), by(alice, at(9)))).isDuplicate).toBe(true)
    expect((await store().insert(aMemory({ content: 'over' }), by(alice, at(10)))).isDuplicate).toBe(false)
    const history = await store().history(expired.id, alice, { limit: 1, now: at(10) })
    expect(history.entries).toMatchObject([{ action: 'expired', changed_by: 'system', version: 2, changed_at: at(10) }])
  })

  it('makes one of many inserts of the same content at once', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => store().insert(aMemory({ content: 'race' }), by(alice))))
    expect(answers.filter(({ isDuplicate }) => !isDuplicate)).toHaveLength(1)
    expect(new Set(answers.map(({ memory }) => memory.id)).size).toBe(1)
  })

  it('applies writes in the order they were asked for', async () => {
    const { id } = await put(store())
    await Promise.all(Array.from({ length: 30 }, (_, i) => store().update(id, { summary: `s${i}` }, by(alice))))
    expect(await store().get(id, alice, { now: T0 })).toMatchObject({ summary: 's29', version: 31 })
  })

  it('marks what a new memory supersedes, as far as the scope may edit it', async () => {
    const own = await put(store())
    const writable = await put(store(), {
      agent_id: 'bob',
      access_level: 'shared',
      shared_with: [{ agent_id: 'alice', permission: 'write' }],
    })
    const readable = await put(store(), { agent_id: 'bob', access_level: 'public' })
    const links = [own, writable, readable].map(({ id }) => ({ to: id, kind: 'supersedes' as const }))
    const next = await put(store(), { links: [...links, { to: newId(), kind: 'supersedes' }], created_at: at(1) })
    const after = await store().getMany([own.id, writable.id, readable.id], OWNER, at(1))
    expect(after.map(({ superseded_by, version }) => [superseded_by, version])).toEqual([
      [next.id, 2],
      [next.id, 2],
      [undefined, 1],
    ])
    const { entries } = await store().history(own.id, alice, { limit: 1, now: at(1) })
    expect(entries).toMatchObject([{ action: 'updated', changed_by: 'alice', before: { version: 1 } }])
  })

  it('keeps the milliseconds of every time and writes them as UTC', async () => {
    const { id } = await put(store(), {
      created_at: '1999-12-31T23:59:59.999Z',
      expires_at: '2099-01-01T02:00:00.007+02:00',
      access_level: 'shared',
      shared_with: [{ agent_id: bob.agentId, permission: 'read', expires_at: '2099-01-01T00:00:00Z' }],
    })
    expect(await store().get(id, alice, { now: T0 })).toMatchObject({
      created_at: '1999-12-31T23:59:59.999Z',
      expires_at: '2099-01-01T00:00:00.007Z',
      shared_with: [{ expires_at: '2099-01-01T00:00:00.000Z' }],
    })
  })
}
