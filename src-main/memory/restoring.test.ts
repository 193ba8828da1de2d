import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { agentScope, changes, draft, listOf, openMemoryParts, owner } from '../server/testing/memory-parts.ts'
import type { MemoryParts } from '../server/testing/memory-parts.ts'

const alice = agentScope('alice')
const bob = agentScope('bob')

let parts: MemoryParts
beforeEach(async () => {
  parts = await openMemoryParts()
})
afterEach(() => parts.close())

async function stored(content: string, more: Parameters<typeof draft>[1] = {}): Promise<string> {
  return (await parts.writer.store(draft(content, more), alice)).memory.id
}

describe('out of the trash', () => {
  test('a memory comes back as it was', async () => {
    const before = (await parts.writer.store(draft('x', { tags: ['a'], summary: 's' }), alice)).memory
    await parts.writer.trash(before.id, alice)
    expect((await parts.reader.list(listOf({ trash: true }), alice)).memories).toMatchObject([
      { id: before.id, deleted_at: '2026-11-22T10:00:00.000Z' },
    ])
    expect(await parts.writer.restore(before.id, undefined, alice)).toEqual({ ...before, version: 3 })
    expect((await parts.reader.list(listOf({ trash: true }), alice)).total).toBe(0)
  })

  test('the trash of one agent is nobody else’s, even of what everybody could read', async () => {
    const id = await stored('x', { access_level: 'public' })
    await parts.writer.trash(id, alice)
    expect((await parts.reader.list(listOf({ trash: true }), bob)).total).toBe(0)
    await expect(parts.writer.restore(id, undefined, bob)).rejects.toMatchObject({ code: 'not_found' })
    expect((await parts.reader.list(listOf({ trash: true }), owner)).total).toBe(1)
  })

  test('a memory whose content was stored again stays where it is', async () => {
    const id = await stored('x')
    await parts.writer.trash(id, alice)
    const again = await stored('x')
    await expect(parts.writer.restore(id, undefined, alice)).rejects.toMatchObject({ code: 'conflict', details: { memory_id: again } })
  })

  test('deleting twice is deleting once', async () => {
    const id = await stored('x')
    const first = await parts.writer.trash(id, alice)
    parts.clock.advance(1_000)
    expect(await parts.writer.trash(id, alice)).toEqual(first)
  })
})

describe('back to a version', () => {
  test('every field is what it was, and the way there is in the history', async () => {
    const other = await stored('other')
    const then = (
      await parts.writer.store(
        draft('one', { tags: ['a'], summary: 's', context: { n: 1 }, links: [{ to: other, kind: 'relates' }] }),
        alice,
      )
    ).memory
    await parts.writer.update(
      changes(then.id, {
        content: 'two',
        tags: ['b'],
        summary: null,
        context: {},
        links: [],
        importance: 1,
        access_level: 'public',
        pinned: true,
      }),
      alice,
    )
    const restored = await parts.writer.restore(then.id, 1, alice)
    expect(restored).toEqual({ ...then, version: 3 })
    const { history } = await parts.reader.history(then.id, alice, { limit: 10 })
    expect(history.map(({ version, action }) => [version, action])).toEqual([
      [3, 'restored'],
      [2, 'updated'],
      [1, 'created'],
    ])
    expect((await parts.writer.restore(then.id, 2, alice)).content).toBe('two')
  })

  test('of a deleted memory brings it back too', async () => {
    const id = await stored('one')
    await parts.writer.update(changes(id, { content: 'two' }), alice)
    await parts.writer.trash(id, alice)
    expect(await parts.writer.restore(id, 1, alice)).toMatchObject({ content: 'one', version: 5 })
  })

  test('that the memory has already changes nothing', async () => {
    const id = await stored('one')
    await parts.writer.update(changes(id, { content: 'two' }), alice)
    const first = await parts.writer.restore(id, 1, alice)
    expect(await parts.writer.restore(id, 1, alice)).toEqual(first)
    expect(await parts.writer.restore(id, 3, alice)).toEqual(first)
  })

  test('that never was is not found, and leaves a deleted memory in the trash', async () => {
    const id = await stored('one')
    await expect(parts.writer.restore(id, 9, alice)).rejects.toMatchObject({ code: 'not_found', details: { version: 9 } })
    await parts.writer.trash(id, alice)
    await expect(parts.writer.restore(id, 9, alice)).rejects.toMatchObject({ code: 'not_found' })
    expect((await parts.reader.list(listOf({ trash: true }), alice)).memories).toMatchObject([{ id }])
  })

  test('far back in a long history is found', async () => {
    const id = await stored('version 1')
    for (let i = 2; i <= 130; i += 1) await parts.writer.update(changes(id, { content: `version ${i}` }), alice)
    expect((await parts.writer.restore(id, 3, alice)).content).toBe('version 3')
  })

  test('whose time has passed does not make the memory vanish', async () => {
    const id = await stored('one', { ttl_seconds: 60 })
    await parts.writer.update(changes(id, { expires_at: null, content: 'two' }), alice)
    parts.clock.advance(3_600_000)
    const restored = await parts.writer.restore(id, 1, alice)
    expect([restored.content, restored.expires_at]).toEqual(['one', undefined])
    expect((await parts.reader.recall(id, alice)).content).toBe('one')
  })

  test('takes the links and successors along that still are to be seen', async () => {
    const other = await stored('other')
    const id = await stored('one', { links: [{ to: other, kind: 'relates' }] })
    await parts.writer.update(changes(id, { links: [] }), alice)
    await parts.writer.purge(other, owner)
    expect((await parts.writer.restore(id, 1, alice)).links).toEqual([])
  })
})
