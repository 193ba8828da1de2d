import { expect, it } from 'vitest'
import { newId } from '../base/ids.ts'
import type { Memory } from '../contract/memory.ts'
import { alice, at, bob, by, candidates, embed, OWNER, put, T0, vector } from './fixtures.conformance.ts'
import type { OpenedStore } from './fixtures.conformance.ts'
import type { QuestionVector } from './memory-store.ts'

const ask = (direction: number, modelId = 'model-1') => ({ vector: { values: vector(direction), modelId } })

export function vectorConformance(store: OpenedStore): void {
  it('gives the cosine, best first within the limit', async () => {
    const ids: string[] = []
    for (let i = 0; i < 12; i++) {
      const memory = await put(store())
      ids.push(memory.id)
      await embed(store(), memory, [vector(2, i / 10)])
    }
    const { candidates: found, isPartial } = await candidates(store(), alice, { ...ask(2), candidateLimit: 5 })
    expect(isPartial).toBe(false)
    expect(new Set(found.map(({ id }) => id))).toEqual(new Set(ids.slice(0, 5)))
    for (const { id, vector: score } of found) {
      const exact = vector(2, ids.indexOf(id) / 10).reduce((sum, value, i) => sum + value * (vector(2)[i] ?? 0), 0)
      expect(score).toBeCloseTo(exact, 1.9)
    }
  })

  it('gives half of the wanted at least, of those that pass the nearest, and all of them where they are fewer', async () => {
    const mine: string[] = []
    for (let i = 0; i < 120; i++) {
      const memory = await put(store(), { agent_id: i % 2 === 0 ? 'alice' : 'bob' })
      await embed(store(), memory, [vector(2, i / 100)])
      if (i % 2 === 0) mine.push(memory.id)
    }
    const nearest = async (candidateLimit: number) =>
      (await candidates(store(), alice, { ...ask(2), candidateLimit })).candidates
        .toSorted((a, b) => (b.vector ?? 0) - (a.vector ?? 0))
        .map(({ id }) => id)
    const some = await nearest(58)
    expect(some.length).toBeGreaterThanOrEqual(50)
    // Vectors are kept as bytes, so close ones may change places.
    expect(mine.slice(0, 45).filter((id) => !some.includes(id))).toEqual([])
    expect(new Set(await nearest(100))).toEqual(new Set(mine))
  })

  it('scores a memory by the best of its windows', async () => {
    const memory = await put(store())
    await embed(store(), memory, [vector(1), vector(5), vector(9)])
    const { candidates: found } = await candidates(store(), alice, ask(5))
    expect(found).toEqual([{ id: memory.id, vector: expect.closeTo(1, 1.9) as number, importance: 0.5, createdAt: Date.parse(T0) }])
  })

  it('gives enough memories even where one fills the neighbourhood with its windows', async () => {
    const long = await put(store())
    await embed(
      store(),
      long,
      Array.from({ length: 400 }, () => vector(4, 0.01)),
    )
    const others = await Promise.all(Array.from({ length: 5 }, () => put(store())))
    for (const other of others) await embed(store(), other, [vector(4, 0.4)])
    const { candidates: found } = await candidates(store(), alice, { ...ask(4), candidateLimit: 6 })
    expect(new Set(found.map(({ id }) => id))).toEqual(new Set([long.id, ...others.map(({ id }) => id)]))
  })

  it('never compares vectors of another model', async () => {
    const first = await put(store())
    const second = await put(store())
    await embed(store(), first, [vector(1)], 'model-1')
    await store().putVectors({ modelId: 'model-2', dimensions: 24 }, [
      { memoryId: second.id, contentVersion: 1, vectors: [new Float32Array(24).fill(0.2)] },
    ])
    expect(await candidates(store(), alice, ask(1))).toMatchObject({ candidates: [{ id: first.id }], isPartial: true })
    expect(
      (await candidates(store(), alice, { vector: { values: new Float32Array(24).fill(0.2), modelId: 'model-2' } })).candidates.map(
        ({ id }) => id,
      ),
    ).toEqual([second.id])
    expect(await candidates(store(), alice, ask(1, 'model-3'))).toEqual({ candidates: [], keywordCeiling: 0, isPartial: true })
  })

  it.each([
    ['comes', vector(1)],
    ['does not come', undefined],
  ])('waits for a vector that is being made: one that %s', async (_, values) => {
    const words = await put(store(), { content: 'telescope' })
    const near = await put(store())
    await embed(store(), words, [vector(2)])
    await embed(store(), near, [vector(1, 0.1)])
    const made = values && { values, modelId: 'model-1' }
    const asked = Promise.withResolvers<typeof made>()
    const answer = candidates(store(), alice, { text: 'telescope', vector: asked.promise })
    const byMeaning = candidates(store(), alice, { vector: asked.promise })
    // Others are answered meanwhile.
    await candidates(store(), alice, { text: 'telescope' })
    asked.resolve(made)
    expect(await answer).toEqual(await candidates(store(), alice, { text: 'telescope', ...(made && { vector: made }) }))
    expect(await byMeaning).toEqual(await candidates(store(), alice, made ? { vector: made } : {}))
    expect((await answer).candidates).toHaveLength(made ? 2 : 1)
  })

  it('answers many whose vectors are late, each with its own, and fails with a vector that fails', async () => {
    const [first, second] = [await put(store(), { content: 'telescope' }), await put(store(), { content: 'telescope too' })]
    await embed(store(), first, [vector(1)])
    await embed(store(), second, [vector(2)])
    const asked = Array.from({ length: 100 }, () => Promise.withResolvers<QuestionVector | undefined>())
    const answers = asked.map(({ promise }) => candidates(store(), alice, { text: 'telescope', vector: promise }))
    await candidates(store(), alice, { text: 'telescope' })
    for (const [index, { resolve }] of asked.entries()) resolve({ values: vector((index % 2) + 1), modelId: 'model-1' })
    const nearest = (await Promise.all(answers)).map(
      ({ candidates: found }) => found.toSorted((a, b) => (b.vector ?? 0) - (a.vector ?? 0))[0]?.id,
    )
    expect(nearest).toEqual(asked.map((_, index) => (index % 2 === 0 ? first.id : second.id)))
    await expect(candidates(store(), alice, { text: 'telescope', vector: Promise.reject(new Error('no model')) })).rejects.toThrow(
      'no model',
    )
  })

  it('joins both legs', async () => {
    const both = await put(store(), { content: 'telescope' })
    const words = await put(store(), { content: 'telescope too' })
    const near = await put(store())
    await embed(store(), both, [vector(1)])
    await embed(store(), near, [vector(1, 0.1)])
    const { candidates: found, isPartial } = await candidates(store(), alice, { text: 'telescope', ...ask(1) })
    expect(isPartial).toBe(true)
    const legs = new Map(found.map(({ id, keyword, vector: score }) => [id, [keyword !== undefined, score !== undefined]]))
    expect(legs).toEqual(
      new Map([
        [both.id, [true, true]],
        [words.id, [true, false]],
        [near.id, [false, true]],
      ]),
    )
  })

  it('applies access and filters before the limit', async () => {
    const crowd: Memory[] = []
    for (let i = 0; i < 400; i++) crowd.push(await put(store(), { agent_id: 'bob' }))
    await store().putVectors(
      { modelId: 'model-1', dimensions: 16 },
      crowd.map(({ id }, i) => ({ memoryId: id, contentVersion: 1, vectors: [vector(7, i / 1000)] })),
    )
    const mine = await put(store(), { tags: ['t'] })
    await embed(store(), mine, [vector(8)])
    const plain = await put(store())
    await embed(store(), plain, [vector(7, 0.5)])
    expect((await candidates(store(), alice, { ...ask(7), candidateLimit: 1 })).candidates).toMatchObject([{ id: plain.id }])
    expect((await candidates(store(), alice, { ...ask(7), candidateLimit: 1, tags: ['t'] })).candidates).toMatchObject([{ id: mine.id }])
    expect((await candidates(store(), OWNER, { ...ask(7), candidateLimit: 1, agentId: 'alice', tags: ['t'] })).candidates).toMatchObject([
      { id: mine.id },
    ])
  })

  it('hands out what has no vectors of a model, oldest first, with the content as it is', async () => {
    const memories = [
      await put(store(), { content: 'one' }),
      await put(store(), { content: 'two' }),
      await put(store(), { content: 'three' }),
    ]
    expect(await store().countWithoutVectors('model-1', T0)).toBe(3)
    expect(await store().withoutVectors('model-1', 2, T0)).toEqual(
      memories.slice(0, 2).map(({ id, content }) => ({ id, contentVersion: 1, text: content })),
    )
    await embed(store(), memories[0]!, [vector(1)])
    expect((await store().withoutVectors('model-1', 9, T0)).map(({ text }) => text)).toEqual(['two', 'three'])
    expect(await store().countWithoutVectors('model-1', T0)).toBe(2)
    expect(await store().countWithoutVectors('model-2', T0)).toBe(3)
    const late = await put(store())
    expect((await store().withoutVectors('model-1', 9, T0)).map(({ id }) => id)).toContain(late.id)
    await store().trash(late.id, by(alice))
    expect(await store().countWithoutVectors('model-1', T0)).toBe(2)
  })

  it('refuses vectors when the content has moved on, and only then', async () => {
    const memory = await put(store())
    await embed(store(), memory, [vector(1)])
    await store().update(memory.id, { tags: ['t'], importance: 0.9 }, by(alice))
    expect(await store().countWithoutVectors('model-1', T0)).toBe(0)
    await store().update(memory.id, { content: 'moved on' }, by(alice))
    expect(await embed(store(), memory, [vector(1)])).toBe(false)
    expect((await candidates(store(), alice, ask(1))).candidates).toEqual([])
    const [waiting] = await store().withoutVectors('model-1', 1, T0)
    expect(waiting).toMatchObject({ id: memory.id, text: 'moved on' })
    expect(
      await store().putVectors({ modelId: 'model-1', dimensions: 16 }, [
        { memoryId: memory.id, contentVersion: waiting!.contentVersion, vectors: [vector(2)] },
      ]),
    ).toBe(1)
    expect((await candidates(store(), alice, ask(2))).candidates).toMatchObject([{ id: memory.id }])
    expect(
      await store().putVectors({ modelId: 'model-1', dimensions: 16 }, [{ memoryId: newId(), contentVersion: 1, vectors: [vector(2)] }]),
    ).toBe(0)
  })

  it('takes vectors of many at once, without those that have moved on, and all or none', async () => {
    const many = await Promise.all(Array.from({ length: 40 }, (_, i) => put(store(), { content: `one of many ${i}` })))
    const [moved, gone, ...others] = many
    await store().update(moved!.id, { content: 'moved on' }, by(alice))
    await store().trash(gone!.id, by(alice))
    const entries = many.map(({ id }, i) => ({ memoryId: id, contentVersion: 1, vectors: [vector(i), vector(i, 0.1)] }))
    const model = { modelId: 'model-1', dimensions: 16 }
    const last = { memoryId: newId(), contentVersion: 1, vectors: [vector(1)] }
    await expect(store().putVectors(model, [...entries, { ...last, vectors: [new Float32Array(3)] }])).rejects.toThrow('16 dimensions')
    expect((await candidates(store(), alice, ask(3))).candidates).toEqual([])
    expect(await store().putVectors(model, [...entries, last])).toBe(39)
    const { candidates: found } = await candidates(store(), alice, ask(3))
    expect(found.map(({ id }) => id).toSorted()).toEqual(others.map(({ id }) => id).toSorted())
    expect(await store().withoutVectors('model-1', 5, T0)).toMatchObject([{ id: moved!.id }])
    await store().untrash(gone!.id, by(alice))
    expect((await candidates(store(), alice, ask(1))).candidates.map(({ id }) => id)).toContain(gone!.id)
    expect(await store().putVectors(model, [])).toBe(0)
  })

  it('replaces vectors, and takes none at all for an answer', async () => {
    const memory = await put(store())
    await embed(store(), memory, [vector(1), vector(2)])
    await embed(store(), memory, [vector(3)])
    expect((await candidates(store(), alice, ask(1))).candidates[0]?.vector).toBeCloseTo(0, 1.9)
    await embed(store(), memory, [])
    expect(await candidates(store(), alice, ask(3))).toEqual({ candidates: [], keywordCeiling: 0, isPartial: false })
    expect(await store().countWithoutVectors('model-1', T0)).toBe(0)
  })

  it('is partial only for those who can see what is missing', async () => {
    await embed(store(), await put(store(), { agent_id: 'bob' }), [vector(1)])
    await put(store(), { expires_at: at(5) })
    expect((await candidates(store(), bob, ask(1))).isPartial).toBe(false)
    expect((await candidates(store(), alice, ask(1))).isPartial).toBe(true)
    expect((await candidates(store(), alice, { ...ask(1), now: at(5) })).isPartial).toBe(false)
    expect((await candidates(store(), alice, { text: 'x' })).isPartial).toBe(false)
  })
}
