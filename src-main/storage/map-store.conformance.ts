import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Memory } from '../contract/memory.ts'
import { canRead } from '../contract/scope.ts'
import { agent, aMemory, alice, at, bob, by, carol, embed, list, OWNER, put, T0, vector } from './fixtures.conformance.ts'
import type { MapStore } from './map-store.ts'
import type { NewMemory } from './memory-store.ts'
import type { Stores } from './open-stores.ts'
import { keptValues, unquantize } from './quantized-vector.ts'

const MODEL = 'model-1'
const page = { after: 0, limit: 1_000, now: T0 }

/** What a dialect of MapStore keeps to. `open` gives empty stores. */
export function mapStoreConformance(name: string, open: () => Promise<Stores>): void {
  describe(`${name} as a MapStore`, () => {
    let stores: Stores
    let map: MapStore
    beforeEach(async () => {
      stores = await open()
      map = stores.map
    })
    afterEach(() => stores.memories.close())

    const embedded = async (fields: Partial<NewMemory> = {}, direction = 1): Promise<Memory> => {
      const memory = await put(stores.memories, fields)
      await embed(stores.memories, memory, [vector(direction)])
      return memory
    }
    const seqs = () => map.embedded(MODEL, page)
    /** A finished layout with all that is embedded, one after another along a line. */
    const layOut = async (): Promise<number> => {
      const all = await seqs()
      const id = await map.beginLayout({ modelId: MODEL, fitted: all.length, landmarks: 1 })
      const { contentVersions } = await map.vectorsOf(MODEL, all)
      await map.putPlaces(
        id,
        all.map((seq, i) => ({ seq, x: i * 10, y: 7, contentVersion: contentVersions[i] ?? 0, isLandmark: i === 0 })),
      )
      await map.finishLayout(id)
      return id
    }

    it('hands out the vectors of what lives, each with what it was made from', async () => {
      const memory = await put(stores.memories)
      await put(stores.memories)
      await embed(stores.memories, memory, [vector(1), vector(2)])
      const other = await embedded({}, 3)
      const gone = await embedded({}, 4)
      await stores.memories.trash(gone.id, by(OWNER))
      const all = await seqs()
      expect(all).toHaveLength(2)
      const { bytes, ...packed } = await map.vectorsOf(MODEL, all)
      expect(packed).toEqual({ seqs: all, contentVersions: [1, 1], counts: [2, 1] })
      const third = unquantize(bytes.slice((bytes.length / 3) * 2))
      expect(keptValues(bytes.slice(0, bytes.length / 3))).toHaveLength(16)
      expect(third[3]).toBeCloseTo(1, 2)
      expect(await map.embedded(MODEL, { ...page, limit: 1 })).toEqual(all.slice(0, 1))
      expect(await map.embedded(MODEL, { ...page, after: all[0]! })).toEqual(all.slice(1))
      expect(await map.embedded('another', page)).toEqual([])
      expect((await map.vectorsOf('another', all)).seqs).toEqual([])
      await stores.memories.purge(other.id, by(OWNER))
      expect((await map.vectorsOf(MODEL, all)).seqs).toEqual(all.slice(0, 1))
    })

    it('shows a layout when it is finished, and forgets the one before bit by bit', async () => {
      const memory = await embedded({ tags: ['a', 'b'], importance: 0.7, access_level: 'team' })
      expect(await map.layout()).toBeUndefined()
      expect(await map.points(OWNER, page)).toEqual({ points: [] })
      const first = await layOut()
      expect(await map.layout()).toEqual({ id: first, modelId: MODEL, fitted: 1, landmarks: 1 })
      const point = {
        id: memory.id,
        x: 0,
        y: 7,
        agentId: 'alice',
        namespace: 'team-a',
        accessLevel: 'team',
        importance: 0.7,
        createdAt: Date.parse(T0),
        tags: ['a', 'b'],
      }
      expect(await map.points(OWNER, page)).toEqual({ points: [point] })
      await embedded()
      const second = await map.beginLayout({ modelId: MODEL, fitted: 2, landmarks: 2 })
      const [one, two] = await seqs()
      await map.putPlaces(second, [
        { seq: one!, x: 500, y: 500, contentVersion: 1, isLandmark: true },
        { seq: two!, x: 600, y: 600, contentVersion: 1, isLandmark: false },
        { seq: 999_999, x: 1, y: 1, contentVersion: 1, isLandmark: false },
      ])
      expect(await map.points(OWNER, page)).toEqual({ points: [point] })
      expect(await map.dropOldPlaces(10)).toBe(0)
      await map.finishLayout(second)
      expect((await map.points(OWNER, page)).points.map(({ x }) => x)).toEqual([500, 600])
      expect(await map.places(second, 'landmarks')).toEqual([{ seq: one, x: 500, y: 500 }])
      expect(await map.places(second, [two!, one!])).toEqual([
        { seq: one, x: 500, y: 500 },
        { seq: two, x: 600, y: 600 },
      ])
      while ((await map.dropOldPlaces(10)) > 0);
      expect(await map.places(first, [one!])).toEqual([])
      expect((await map.points(OWNER, page)).points).toHaveLength(2)
    })

    it('reads points page by page', async () => {
      for (let i = 0; i < 5; i++) await embedded({}, i)
      await layOut()
      const first = await map.points(OWNER, { ...page, limit: 2 })
      const second = await map.points(OWNER, { ...page, after: first.next!, limit: 2 })
      const third = await map.points(OWNER, { ...page, after: second.next!, limit: 2 })
      expect([first, second, third].map(({ points }) => points.map(({ x }) => x))).toEqual([[0, 10], [20, 30], [40]])
      expect(third.next).toBeUndefined()
    })

    it('knows what has no place, or lies where its former text lay', async () => {
      const memory = await embedded()
      const layout = await layOut()
      expect(await map.embedded(MODEL, { ...page, unplacedIn: layout })).toEqual([])
      const added = await embedded()
      expect(await map.digest(OWNER, T0)).toMatchObject({ total: 2, placed: 1, stale: 0, layoutId: layout })
      expect(await map.embedded(MODEL, { ...page, unplacedIn: layout })).toHaveLength(1)
      await stores.memories.trash(added.id, by(OWNER))
      const changed = await stores.memories.update(memory.id, { content: 'something else' }, by(OWNER))
      expect(await map.embedded(MODEL, { ...page, unplacedIn: layout })).toEqual([])
      await stores.memories.putVectors({ modelId: MODEL, dimensions: 16 }, [
        { memoryId: changed.id, contentVersion: 2, vectors: [vector(5)] },
      ])
      expect(await map.embedded(MODEL, { ...page, unplacedIn: layout })).toHaveLength(1)
      expect(await map.digest(OWNER, T0)).toMatchObject({ total: 1, placed: 1, stale: 1 })
    })

    it('marks every state differently', async () => {
      const marks = new Set<string>()
      const mark = async () => marks.add((await map.digest(OWNER, T0)).mark)
      await mark()
      const memory = await embedded()
      await mark()
      await layOut()
      await mark()
      await mark()
      await stores.memories.update(memory.id, { tags: ['new'] }, by(OWNER))
      await mark()
      await stores.memories.trash(memory.id, by(OWNER))
      await mark()
      await stores.memories.untrash(memory.id, by(OWNER))
      await mark()
      await layOut()
      await mark()
      expect(marks.size).toBe(7)
    })

    it('gives the beginnings of memories', async () => {
      const long = await put(stores.memories, { content: `<b>😀${'x'.repeat(500)}` })
      const options = { characters: 6, now: T0 }
      expect(await map.cards([long.id, 'nothing'], alice, options)).toEqual([
        { id: long.id, text: '<b>😀xx', agentId: 'alice', namespace: 'team-a', accessLevel: 'private', createdAt: Date.parse(T0) },
      ])
      expect(await map.cards([long.id], bob, options)).toEqual([])
    })

    it('finds links both ways, and none to or from what the scope may not see', async () => {
      const hidden = await put(stores.memories)
      const open = await put(stores.memories, { access_level: 'team' })
      const shown = await put(stores.memories, {
        access_level: 'team',
        links: [
          { to: open.id, kind: 'causes' },
          { to: hidden.id, kind: 'relates' },
        ],
      })
      await put(stores.memories, { links: [{ to: open.id, kind: 'part_of' }] })
      const options = { limit: 10, now: T0 }
      expect(await map.linksAround([open.id], bob, options)).toEqual([{ from: shown.id, to: open.id, kind: 'causes' }])
      expect(await map.linksAround([shown.id], bob, options)).toEqual([{ from: shown.id, to: open.id, kind: 'causes' }])
      expect(await map.linksAround([shown.id], carol, options)).toEqual([])
      expect(await map.linksAround([open.id], alice, options)).toHaveLength(2)
      expect(await map.linksAround([shown.id], alice, options)).toHaveLength(2)
      expect(await map.linksAround([shown.id], alice, { ...options, limit: 1 })).toHaveLength(1)
      expect(await map.linksAround([], alice, options)).toEqual([])
    })

    it('shows on the map exactly what the list shows', async () => {
      const scopes = [OWNER, alice, bob, carol, agent('nobody', 'team-b')]
      const memories = fc.array(
        fc.record({
          access_level: fc.constantFrom('private' as const, 'team' as const, 'shared' as const, 'public' as const),
          agent_id: fc.constantFrom('alice', 'bob', 'carol'),
          namespace: fc.constantFrom('team-a', 'team-b'),
          shared_with: fc.array(
            fc.record({
              agent_id: fc.constantFrom('alice', 'bob'),
              permission: fc.constant('read' as const),
              expires_at: fc.constantFrom(at(-1), at(1)),
            }),
            { maxLength: 2 },
          ),
          expires_at: fc.constantFrom(at(-1), at(1)),
          isTrash: fc.boolean(),
        }),
        { minLength: 1, maxLength: 10 },
      )
      await fc.assert(
        fc.asyncProperty(memories, async (all) => {
          const stored: Memory[] = []
          for (const { isTrash, ...fields } of all) {
            const memory = aMemory({ ...fields, tags: ['t'], created_at: at(-60) })
            stored.push((await stores.memories.insert(memory, by(agent(memory.agent_id), at(-60)))).memory)
            await embed(stores.memories, stored.at(-1)!, [vector(1)])
            if (isTrash) await stores.memories.trash(stored.at(-1)!.id, by(OWNER, at(-30)))
          }
          const id = await map.beginLayout({ modelId: MODEL, fitted: 1, landmarks: 0 })
          const everything = await map.embedded(MODEL, { ...page, now: at(-60) })
          await map.putPlaces(
            id,
            everything.map((seq) => ({ seq, x: 1, y: 1, contentVersion: 1, isLandmark: false })),
          )
          await map.finishLayout(id)
          try {
            for (const scope of scopes) {
              const listed = (await list(stores.memories, scope)).memories
              const { points } = await map.points(scope, page)
              expect(points.map((point) => point.id).sort()).toEqual(listed.map((memory) => memory.id).sort())
              expect(points.every(({ tags }) => tags.join() === 't')).toBe(true)
              expect(await map.digest(scope, T0)).toMatchObject({ total: listed.length, placed: listed.length })
              const ids = stored.map((memory) => memory.id)
              const cards = await map.cards(ids, scope, { characters: 9, now: T0 })
              expect(cards.map((card) => card.id).sort()).toEqual(listed.map((memory) => memory.id).sort())
              for (const memory of listed) expect(canRead(memory, scope, Date.parse(T0))).toBe(true)
            }
          } finally {
            for (const memory of stored) await stores.memories.purge(memory.id, by(OWNER))
          }
        }),
        { numRuns: 15 },
      )
    }, 60_000)
  })
}
