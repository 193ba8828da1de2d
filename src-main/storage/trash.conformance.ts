import { expect, it } from 'vitest'
import { newId } from '../base/ids.ts'
import { aMemory, agent, alice, at, bob, by, candidates, embed, foundIds, list, OWNER, put, T0, vector } from './fixtures.conformance.ts'
import type { OpenedStore } from './fixtures.conformance.ts'

export function trashConformance(store: OpenedStore): void {
  it('hides what is in the trash from every path but the manager’s trash', async () => {
    const memory = await put(store(), { content: 'rubbish heap', access_level: 'public', tags: ['t'] })
    await embed(store(), memory, [vector(1)])
    const trashed = await store().trash(memory.id, by(alice, at(1)))
    expect(trashed).toEqual({ ...memory, deleted_at: at(1), updated_at: at(1), version: 2 })
    for (const scope of [alice, bob, OWNER]) {
      expect(await store().get(memory.id, scope, { now: at(1) })).toBeUndefined()
      expect(await store().getMany([memory.id], scope, at(1))).toEqual([])
      expect(await store().visibleIds([memory.id], scope, at(1))).toEqual([])
      expect(await store().count(scope, at(1))).toBe(0)
      expect(await store().tags(scope, 10, at(1))).toEqual([])
      expect((await list(store(), scope, { now: at(1) })).total).toBe(0)
      expect(await foundIds(store(), scope, { text: 'rubbish', vector: { values: vector(1), modelId: 'model-1' }, now: at(1) })).toEqual([])
      await expect(store().links(memory.id, scope, at(1))).rejects.toMatchObject({ code: 'not_found' })
      await expect(store().update(memory.id, { importance: 1 }, by(scope, at(1)))).rejects.toMatchObject({ code: 'not_found' })
    }
    expect(await store().get(memory.id, alice, { now: at(1), includeTrash: true })).toEqual(trashed)
    expect(await store().get(memory.id, OWNER, { now: at(1), includeTrash: true })).toEqual(trashed)
    expect(await store().get(memory.id, bob, { now: at(1), includeTrash: true })).toBeUndefined()
    expect((await list(store(), alice, { trash: true, now: at(1) })).memories).toEqual([trashed])
    expect((await list(store(), bob, { trash: true, now: at(1) })).total).toBe(0)
    expect((await store().history(memory.id, alice, { limit: 9, now: at(1) })).entries).toMatchObject([
      { action: 'deleted', version: 2, before: memory },
      { action: 'created' },
    ])
    await expect(store().history(memory.id, bob, { limit: 9, now: at(1) })).rejects.toMatchObject({ code: 'not_found' })
  })

  it('is idempotent for the manager and closed to others', async () => {
    const shared = await put(store(), { access_level: 'shared', shared_with: [{ agent_id: 'bob', permission: 'write' }] })
    await expect(store().trash(shared.id, by(bob))).rejects.toMatchObject({ code: 'forbidden' })
    await expect(store().trash((await put(store())).id, by(bob))).rejects.toMatchObject({ code: 'not_found' })
    await expect(store().trash(newId(), by(alice))).rejects.toMatchObject({ code: 'not_found' })
    const once = await store().trash(shared.id, by(alice, at(1)))
    expect(await store().trash(shared.id, by(alice, at(2)))).toEqual(once)
    await expect(store().trash(shared.id, by(bob))).rejects.toMatchObject({ code: 'not_found' })
    await expect(store().untrash(shared.id, by(bob))).rejects.toMatchObject({ code: 'not_found' })
  })

  it('keeps a system memory from an agent that is no admin', async () => {
    const { id } = await put(store(), { access_level: 'system' })
    await expect(store().trash(id, by(alice))).rejects.toMatchObject({ code: 'forbidden' })
    await store().trash(id, by(agent('alice', 'team-a', true)))
    expect(await store().get(id, alice, { now: T0, includeTrash: true })).toBeUndefined()
    expect((await list(store(), alice, { trash: true })).total).toBe(0)
  })

  it('brings a memory back whole and findable', async () => {
    const memory = await put(store(), { content: 'phoenix', tags: ['bird'], summary: 'rises' })
    await embed(store(), memory, [vector(3)])
    await store().trash(memory.id, by(alice, at(1)))
    const back = await store().untrash(memory.id, by(alice, at(2)))
    expect(back).toEqual({ ...memory, updated_at: at(2), version: 3 })
    expect(await store().untrash(memory.id, by(alice, at(3)))).toEqual(back)
    expect(await foundIds(store(), alice, { text: 'phoenix', now: at(3) })).toEqual([memory.id])
    const near = await candidates(store(), alice, { vector: { values: vector(3), modelId: 'model-1' }, now: at(3) })
    expect(near).toMatchObject({ candidates: [{ id: memory.id }], isPartial: false })
    expect(await store().checkIntegrity()).toEqual([])
  })

  it('refuses to bring back what lives again', async () => {
    const memory = await put(store(), { content: 'again' })
    await store().trash(memory.id, by(alice))
    await put(store(), { content: 'again' })
    await expect(store().untrash(memory.id, by(alice))).rejects.toMatchObject({ code: 'conflict' })
  })

  it('counts an expired memory as not there, swept or not', async () => {
    const memory = await put(store(), { content: 'egg timer', access_level: 'public', expires_at: at(10), tags: ['t'] })
    await embed(store(), memory, [vector(1)])
    expect(await store().get(memory.id, bob, { now: at(9) })).toEqual(memory)
    for (const sweep of [false, true]) {
      if (sweep) expect(await store().expire(at(10))).toBe(1)
      expect(await store().get(memory.id, alice, { now: at(10) })).toBeUndefined()
      expect(await store().count(OWNER, at(10))).toBe(0)
      expect((await list(store(), OWNER, { now: at(10) })).total).toBe(0)
      expect(await store().tags(OWNER, 10, at(10))).toEqual([])
      expect(await store().withoutVectors('other', 10, at(10))).toEqual([])
      expect(await foundIds(store(), OWNER, { text: 'egg', vector: { values: vector(1), modelId: 'model-1' }, now: at(10) })).toEqual([])
      await expect(store().update(memory.id, { importance: 1 }, by(alice, at(10)))).rejects.toMatchObject({ code: 'not_found' })
    }
    expect(await store().expire(at(10))).toBe(0)
    expect((await store().history(memory.id, alice, { limit: 1, now: at(10) })).entries).toEqual([
      { version: 2, action: 'expired', changed_at: at(10), changed_by: 'system', before: memory },
    ])
    const { expires_at: _, ...rest } = memory
    expect(await store().untrash(memory.id, by(alice, at(11)))).toEqual({ ...rest, updated_at: at(11), version: 3 })
  })

  it('sweeps many at once', async () => {
    await Promise.all(Array.from({ length: 450 }, () => put(store(), { expires_at: at(1) })))
    const kept = await put(store(), { expires_at: at(2) })
    expect(await store().expire(at(1))).toBe(450)
    expect((await list(store(), OWNER, { now: at(1) })).memories).toEqual([kept])
    expect(await store().emptyTrash(at(1))).toBe(0)
    expect(await store().emptyTrash(at(1.1))).toBe(450)
    expect((await list(store(), OWNER, { trash: true, now: at(1) })).total).toBe(0)
  })

  it('erases for the owner alone, live or in the trash, with every trace', async () => {
    const memory = await put(store(), { content: 'secret recipe', access_level: 'public' })
    await embed(store(), memory, [vector(1)])
    const pointing = await put(store(), { links: [{ to: memory.id, kind: 'relates' }] })
    const older = await put(store())
    await store().update(memory.id, { links: [{ to: older.id, kind: 'supersedes' }] }, by(alice))
    await expect(store().purge(memory.id, by(alice))).rejects.toMatchObject({ code: 'forbidden' })
    await expect(store().purge(older.id, by(bob))).rejects.toMatchObject({ code: 'not_found' })
    await expect(store().purge(newId(), by(OWNER))).rejects.toMatchObject({ code: 'not_found' })
    expect(await store().purge(memory.id, by(OWNER))).toMatchObject({ id: memory.id, content: 'secret recipe' })
    expect(await store().get(memory.id, OWNER, { now: T0, includeTrash: true })).toBeUndefined()
    await expect(store().history(memory.id, OWNER, { limit: 1, now: T0 })).rejects.toMatchObject({ code: 'not_found' })
    expect(await foundIds(store(), OWNER, { text: 'recipe', vector: { values: vector(1), modelId: 'model-1' } })).toEqual([])
    expect((await store().get(pointing.id, alice, { now: T0 }))?.links).toEqual([])
    expect(await store().get(older.id, alice, { now: T0 })).not.toHaveProperty('superseded_by')

    const binned = await put(store())
    await store().trash(binned.id, by(alice))
    await store().purge(binned.id, by(OWNER))
    expect((await list(store(), OWNER, { trash: true })).total).toBe(0)
    const expired = await put(store(), { expires_at: at(1) })
    await store().purge(expired.id, by(OWNER, at(5)))
    expect(await store().expire(at(5))).toBe(0)
    expect(await store().checkIntegrity()).toEqual([])
    expect((await store().insert(aMemory({ content: 'secret recipe' }), by(alice))).isDuplicate).toBe(false)
  })
}
