import { expect, it } from 'vitest'
import { alice, by, candidates, embed, put, T0, vector } from './fixtures.conformance.ts'
import type { OpenedStore } from './fixtures.conformance.ts'

const ask = (modelId: string) => ({ vector: { values: vector(1), modelId } })

/** Which model's vectors are in use, and the way from one to the next. */
export function modelsConformance(store: OpenedStore): void {
  const dropAll = async (keep: readonly string[] = [], limit = 100) => {
    const batches: number[] = []
    for (;;) {
      const dropped = await store().dropUnusedVectors(keep, limit)
      if (dropped === 0) return batches
      batches.push(dropped)
    }
  }

  it('knows no model at first, and each from its first vector on', async () => {
    expect(await store().models()).toEqual([])
    await embed(store(), await put(store()), [vector(1)])
    expect(await store().models()).toEqual([{ modelId: 'model-1', dimensions: 16, isInUse: false }])
  })

  it('remembers the one model in use and how it is opened', async () => {
    await put(store())
    await store().useModel({ modelId: 'model-1', dimensions: 16, recipe: 'first' })
    expect(await store().countWithoutVectors('model-1', T0)).toBe(1)
    await store().useModel({ modelId: 'model-2', dimensions: 24 })
    await store().useModel({ modelId: 'model-2', dimensions: 24, recipe: 'second' })
    expect(await store().models()).toEqual([
      { modelId: 'model-1', dimensions: 16, isInUse: false, recipe: 'first' },
      { modelId: 'model-2', dimensions: 24, isInUse: true, recipe: 'second' },
    ])
  })

  it('never takes vectors of another length for those of a known model', async () => {
    const memory = await put(store())
    await store().useModel({ modelId: 'model-1', dimensions: 24 })
    await expect(embed(store(), memory, [vector(1)])).rejects.toThrow('24 dimensions')
    await expect(store().useModel({ modelId: 'model-1', dimensions: 16 })).rejects.toThrow('24 dimensions')
    expect(await store().models()).toEqual([{ modelId: 'model-1', dimensions: 24, isInUse: true }])
  })

  it('keeps two sets at once, each whole by itself, until one is dropped', async () => {
    const first = await put(store())
    await store().useModel({ modelId: 'model-1', dimensions: 16 })
    await embed(store(), first, [vector(1)])
    await embed(store(), first, [vector(1)], 'model-2')
    const second = await put(store())
    expect(await store().countWithoutVectors('model-1', T0)).toBe(1)
    expect(await store().countWithoutVectors('model-2', T0)).toBe(1)
    await embed(store(), second, [vector(2)], 'model-2')
    expect((await candidates(store(), alice, ask('model-1'))).isPartial).toBe(true)
    expect((await candidates(store(), alice, ask('model-2'))).isPartial).toBe(false)
  })

  it('drops in batches what is neither in use nor kept, and nothing else', async () => {
    await store().useModel({ modelId: 'used', dimensions: 16 })
    for (let i = 0; i < 7; i++) {
      const memory = await put(store())
      for (const modelId of ['old', 'older', 'used', 'coming']) await embed(store(), memory, [vector(1)], modelId)
    }
    await put(store())
    const batches = await dropAll(['coming'], 4)
    expect(Math.max(...batches)).toBeLessThanOrEqual(4)
    expect(batches.reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(14)
    expect((await store().models()).map(({ modelId }) => modelId).toSorted()).toEqual(['coming', 'used'])
    for (const modelId of ['used', 'coming']) expect((await candidates(store(), alice, ask(modelId))).candidates).toHaveLength(7)
    for (const modelId of ['old', 'older']) expect((await candidates(store(), alice, ask(modelId))).candidates).toEqual([])
    expect(await dropAll(['coming'])).toEqual([])
  })

  it('takes a model that comes back as a new one, also with other dimensions, while the old vectors still go', async () => {
    const memory = await put(store())
    const other = await put(store())
    await store().useModel({ modelId: 'used', dimensions: 16 })
    for (const each of [memory, other]) await embed(store(), each, [vector(1), vector(2), vector(3)])
    expect(await store().dropUnusedVectors([], 1)).toBe(1)
    await store().useModel({ modelId: 'model-1', dimensions: 24 })
    expect(await store().countWithoutVectors('model-1', T0)).toBe(2)
    const values = new Float32Array(24).fill(1)
    await store().putVectors({ modelId: 'model-1', dimensions: 24 }, [{ memoryId: memory.id, contentVersion: 1, vectors: [values] }])
    await dropAll()
    const { candidates: found } = await candidates(store(), alice, { vector: { values, modelId: 'model-1' } })
    expect(found).toMatchObject([{ id: memory.id, vector: expect.closeTo(1, 1.9) as number }])
  })

  it('owes a dropped model nothing for what is stored or changed later', async () => {
    const memory = await put(store())
    await embed(store(), memory, [vector(1)])
    await store().useModel({ modelId: 'used', dimensions: 16 })
    await dropAll()
    await put(store())
    await store().update(memory.id, { content: 'changed' }, by(alice))
    expect(await store().countWithoutVectors('used', T0)).toBe(2)
    expect(await dropAll()).toEqual([])
  })
}
