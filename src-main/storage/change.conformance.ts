import { expect, it } from 'vitest'
import { newId } from '../base/ids.ts'
import { agent, alice, at, bob, by, carol, OWNER, put, T0 } from './fixtures.conformance.ts'
import type { MemoryPatch } from './memory-store.ts'
import type { OpenedStore } from './fixtures.conformance.ts'

const shareWithBob = (permission: 'read' | 'write', expires_at?: string) => ({
  access_level: 'shared' as const,
  shared_with: [{ agent_id: 'bob', permission, ...(expires_at !== undefined && { expires_at }) }],
})

export function changeConformance(store: OpenedStore): void {
  it('sets what a patch holds, leaves the rest, removes what is null', async () => {
    const other = await put(store())
    const memory = await put(store(), { summary: 's', source_url: 'https://a.b/', expires_at: at(60), tags: ['x'] })
    const patch: MemoryPatch = {
      content: 'new',
      tags: ['y', 'z'],
      importance: 1,
      context: { k: 1 },
      pinned: true,
      links: [{ to: other.id, kind: 'causes' }],
      ...shareWithBob('read'),
    }
    const changed = await store().update(memory.id, { ...patch, summary: null, source_url: null, expires_at: null }, by(alice, at(1)))
    const { summary: _s, source_url: _u, expires_at: _e, ...rest } = memory
    expect(changed).toEqual({ ...rest, ...patch, updated_at: at(1), version: 2 })
    expect(await store().get(memory.id, alice, { now: at(1) })).toEqual(changed)
    expect(await store().update(memory.id, { summary: 'back' }, by(alice, at(2)))).toEqual({
      ...changed,
      summary: 'back',
      updated_at: at(2),
      version: 3,
    })
  })

  it('writes the whole memory as it was into the history, newest first', async () => {
    const memory = await put(store(), { summary: 'one', tags: ['t'], context: { deep: { a: [1] } }, ...shareWithBob('write') })
    const second = await store().update(memory.id, { content: 'two' }, by(bob, at(1)))
    await store().update(memory.id, { tags: [] }, by(alice, at(2)), { action: 'shared' })
    expect((await store().history(memory.id, alice, { limit: 10, now: at(2) })).entries).toEqual([
      { version: 3, action: 'shared', changed_at: at(2), changed_by: 'alice', before: second },
      { version: 2, action: 'updated', changed_at: at(1), changed_by: 'bob', before: memory },
      { version: 1, action: 'created', changed_at: T0, changed_by: 'alice' },
    ])
  })

  it('pages through the history', async () => {
    const { id } = await put(store())
    for (let i = 0; i < 4; i++) await store().update(id, { importance: i / 10 }, by(alice))
    const versions: number[] = []
    let cursor: string | undefined
    do {
      const page = await store().history(id, alice, { limit: 2, now: T0, ...(cursor !== undefined && { cursor }) })
      versions.push(...page.entries.map(({ version }) => version))
      cursor = page.nextCursor
    } while (cursor !== undefined)
    expect(versions).toEqual([5, 4, 3, 2, 1])
    await expect(store().history(id, alice, { limit: 2, now: T0, cursor: 'bm9uc2Vuc2U' })).rejects.toMatchObject({
      code: 'invalid_request',
    })
  })

  it('refuses an older version and says which it is at', async () => {
    const { id } = await put(store())
    await store().update(id, { importance: 0.1 }, by(alice), { expectedVersion: 1 })
    await expect(store().update(id, { importance: 0.2 }, by(alice), { expectedVersion: 1 })).rejects.toMatchObject({
      code: 'conflict',
      details: { version: 2 },
    })
    expect(await store().get(id, alice, { now: T0 })).toMatchObject({ importance: 0.1, version: 2 })
  })

  it('refuses content that another live memory of the owner holds, and takes that of one that is gone', async () => {
    const taken = await put(store(), { content: 'taken' })
    const { id } = await put(store())
    await expect(store().update(id, { content: 'taken' }, by(alice))).rejects.toMatchObject({ code: 'conflict' })
    expect(await store().update(id, { content: (await put(store(), { agent_id: 'bob' })).content }, by(alice))).toMatchObject({
      version: 2,
    })
    await store().trash(taken.id, by(alice))
    expect(await store().update(id, { content: 'taken' }, by(alice))).toMatchObject({ content: 'taken', version: 3 })
    const brief = await put(store(), { content: 'brief', expires_at: at(1) })
    await store().update(id, { content: 'brief' }, by(alice, at(2)))
    expect(await store().get(brief.id, alice, { now: at(2), includeTrash: true })).toMatchObject({ deleted_at: at(2) })
  })

  it('does not name a hidden twin to an agent that may edit only this one', async () => {
    await put(store(), { content: 'hidden words' })
    const { id } = await put(store(), shareWithBob('write'))
    const refusal: unknown = await store()
      .update(id, { content: 'hidden words' }, by(bob))
      .catch((error: unknown) => error)
    expect(refusal).toMatchObject({ code: 'conflict', details: undefined })
  })

  it('is not found for those who may not see it, and forbidden to those who only may', async () => {
    const hidden = await put(store())
    await expect(store().update(hidden.id, { importance: 1 }, by(bob))).rejects.toMatchObject({ code: 'not_found' })
    await expect(store().update(newId(), { importance: 1 }, by(OWNER))).rejects.toMatchObject({ code: 'not_found' })
    const shown = await put(store(), shareWithBob('read'))
    await expect(store().update(shown.id, { importance: 1 }, by(bob))).rejects.toMatchObject({ code: 'forbidden' })
    await expect(store().update(shown.id, { importance: 1 }, by(carol))).rejects.toMatchObject({ code: 'not_found' })
    expect(await store().get(shown.id, alice, { now: T0 })).toEqual(shown)
  })

  it('lets a write grant edit, not manage, until it ends', async () => {
    const { id } = await put(store(), shareWithBob('write', at(10)))
    const edits: MemoryPatch = {
      content: 'by bob',
      summary: 's',
      tags: ['t'],
      importance: 1,
      context: {},
      source_url: null,
      pinned: true,
      links: [],
    }
    expect(await store().update(id, edits, by(bob, at(9)))).toMatchObject({ content: 'by bob', version: 2 })
    for (const patch of [
      { access_level: 'public' },
      { shared_with: [] },
      { expires_at: null },
      { content: 'x', expires_at: at(99) },
    ] satisfies MemoryPatch[]) {
      await expect(store().update(id, patch, by(bob, at(9)))).rejects.toMatchObject({ code: 'forbidden' })
    }
    await expect(store().update(id, { importance: 0 }, by(bob, at(10)))).rejects.toMatchObject({ code: 'not_found' })
  })

  it('keeps system memories for admins and the owner to change', async () => {
    const { id } = await put(store(), { access_level: 'system' })
    await expect(store().update(id, { importance: 1 }, by(alice))).rejects.toMatchObject({ code: 'forbidden' })
    expect(await store().update(id, { importance: 1 }, by(agent('alice', 'team-a', true)))).toMatchObject({ version: 2 })
    expect(await store().update(id, { access_level: 'private' }, by(OWNER))).toMatchObject({ version: 3, access_level: 'private' })
  })

  it('follows the supersedes links of a patch, both ways', async () => {
    const old = await put(store())
    const { id } = await put(store())
    await store().update(id, { links: [{ to: old.id, kind: 'supersedes' }] }, by(alice))
    expect(await store().get(old.id, alice, { now: T0 })).toMatchObject({ superseded_by: id, version: 2 })
    await store().update(id, { links: [] }, by(alice))
    expect(await store().get(old.id, alice, { now: T0 })).not.toHaveProperty('superseded_by')
    const itself = await store().update(id, { links: [{ to: id, kind: 'supersedes' }] }, by(alice))
    expect(itself).not.toHaveProperty('superseded_by')
  })

  it('shows links of both directions, where both ends are visible', async () => {
    const mine = await put(store())
    const hidden = await put(store(), { agent_id: 'bob', links: [{ to: mine.id, kind: 'causes' }] })
    const shown = await put(store(), { agent_id: 'bob', access_level: 'team', links: [{ to: mine.id, kind: 'part_of' }] })
    await store().update(
      mine.id,
      {
        links: [
          { to: shown.id, kind: 'relates' },
          { to: hidden.id, kind: 'contradicts' },
          { to: newId(), kind: 'relates' },
        ],
      },
      by(alice),
    )
    expect(await store().links(mine.id, alice, T0)).toEqual({
      outgoing: [{ to: shown.id, kind: 'relates' }],
      incoming: [{ from: shown.id, kind: 'part_of' }],
    })
    expect((await store().links(mine.id, OWNER, T0)).incoming).toHaveLength(2)
    await expect(store().links(hidden.id, alice, T0)).rejects.toMatchObject({ code: 'not_found' })
  })

  it('counts accesses without making a change of them', async () => {
    const memory = await put(store())
    await store().touch([memory.id, newId(), memory.id], at(1))
    await store().touch([memory.id], at(2))
    await store().touch([], at(3))
    expect(await store().get(memory.id, alice, { now: at(2) })).toEqual({ ...memory, access_count: 2, accessed_at: at(2) })
  })

  it('answers pings and finds no fault with its data', async () => {
    const { id } = await put(store(), { tags: ['t'] })
    await store().update(id, { content: 'changed' }, by(alice))
    await store().ping()
    expect(await store().checkIntegrity()).toEqual([])
  })

  it('is unavailable once closed, and closes twice', async () => {
    await store().close()
    await store().close()
    await expect(store().ping()).rejects.toMatchObject({ code: 'unavailable' })
    await expect(store().count(OWNER, T0)).rejects.toMatchObject({ code: 'unavailable' })
  })
}
