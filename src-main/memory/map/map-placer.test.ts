import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Memory } from '../../contract/memory.ts'
import { OWNER_SCOPE } from '../../contract/scope.ts'
import type { MapPoint } from '../../storage/map-store.ts'
import { MapWorld } from '../../server/testing/map-world.ts'

const owner = { scope: OWNER_SCOPE, actor: 'owner' }
let world: MapWorld
beforeEach(async () => {
  world = await MapWorld.open()
})
afterEach(() => world.close())

const idsOf = (memories: readonly Memory[]) => memories.map(({ id }) => id)

/** Where some memories lie on average. */
function middleOf(points: ReadonlyMap<string, MapPoint>, memories: readonly Memory[]): { readonly x: number; readonly y: number } {
  const own = memories.map(({ id }) => points.get(id)!)
  return { x: own.reduce((sum, { x }) => sum + x, 0) / own.length, y: own.reduce((sum, { y }) => sum + y, 0) / own.length }
}

function distance(a: { readonly x: number; readonly y: number }, b: { readonly x: number; readonly y: number }): number {
  return Math.hypot(a.x - b.x, a.y - b.y)
}

describe('places on the map', () => {
  test('lie near each other where the meaning is near', async () => {
    const topics = [await world.add(1, 40), await world.add(2, 40), await world.add(3, 40)]
    await world.settle()
    const points = await world.points()
    expect([...points.keys()].sort()).toEqual(topics.flatMap(idsOf).sort())
    const middles = topics.map((topic) => middleOf(points, topic))
    for (const [i, topic] of topics.entries()) {
      const right = topic.filter(({ id }) =>
        middles.every((middle) => distance(points.get(id)!, middles[i]!) <= distance(points.get(id)!, middle)),
      )
      expect(right.length).toBeGreaterThanOrEqual(38)
    }
  })

  test('stay where they are when memories are added, and the new ones go to their kind', async () => {
    const topics = [await world.add(1, 60), await world.add(2, 60)]
    await world.settle()
    const before = await world.points()
    const added = [await world.add(1, 6), await world.add(2, 6)]
    await world.settle()
    const after = await world.points()
    for (const [id, point] of before) expect(after.get(id)).toEqual(point)
    for (const [i, some] of added.entries()) {
      const [own, other] = [middleOf(before, topics[i]!), middleOf(before, topics[1 - i]!)]
      for (const { id } of some) expect(distance(after.get(id)!, own)).toBeLessThan(distance(after.get(id)!, other))
    }
  })

  test('are worked out anew when the store has outgrown them, and look like before', async () => {
    const topics = [await world.add(1, 40), await world.add(2, 40), await world.add(3, 40)]
    await world.settle()
    const [before, first] = [await world.points(), await world.stores.map.layout()]
    await world.add(1, 50)
    await world.add(2, 80)
    await world.settle()
    const [after, second] = [await world.points(), await world.stores.map.layout()]
    expect([first?.fitted, second?.fitted]).toEqual([120, 250])
    // Each topic is nearer to its former place than to that of any other.
    for (const topic of topics) {
      const distances = topics.map((other) => distance(middleOf(after, topic), middleOf(before, other)))
      expect(distances.indexOf(Math.min(...distances))).toBe(topics.indexOf(topic))
    }
    expect(await world.stores.map.places(first!.id, 'landmarks')).toEqual([])
  })

  test('follow the model in use, and are shown until the others are whole', async () => {
    const topics = [await world.add(1, 30), await world.add(2, 30)]
    await world.settle()
    const before = await world.points()
    for (const [i, topic] of topics.entries()) for (const memory of topic) await world.embed(memory, i + 1, 'another-model')
    world.modelId = 'another-model'
    expect(await world.points()).toEqual(before)
    await world.settle()
    expect(await world.stores.map.layout()).toMatchObject({ modelId: 'another-model', fitted: 60 })
    const after = await world.points()
    expect(distance(middleOf(after, topics[0]!), middleOf(before, topics[0]!))).toBeLessThan(
      distance(middleOf(after, topics[0]!), middleOf(before, topics[1]!)),
    )
  })

  test('change with the text', async () => {
    const topics = [await world.add(1, 40), await world.add(2, 40)]
    await world.settle()
    const [moved] = topics[0]!
    await world.stores.memories.update(moved!.id, { content: 'something else' }, { ...owner, now: world.now })
    await world.embed(moved!, 2, 'model-1', 2)
    const before = await world.points()
    await world.settle()
    const after = await world.points()
    expect(distance(after.get(moved!.id)!, middleOf(before, topics[1]!))).toBeLessThan(
      distance(after.get(moved!.id)!, middleOf(before, topics[0]!)),
    )
    before.delete(moved!.id)
    for (const [id, point] of before) expect(after.get(id)).toEqual(point)
  })

  test('are found for one memory, for two, and for a dozen', async () => {
    for (const more of [1, 1, 8, 4]) {
      await world.add(1, more)
      await world.settle()
    }
    const points = [...(await world.points()).values()]
    expect(points).toHaveLength(14)
    for (const { x, y } of points) expect([x, y].every((value) => Number.isInteger(value) && value >= 0 && value <= 65_535)).toBe(true)
  })

  test('are broken off at once when the server stops', async () => {
    for (let topic = 0; topic < 12; topic++) await world.add(topic, 100)
    world.placer.poke()
    while (world.placer.progress < 0.16) await new Promise((resolve) => setTimeout(resolve, 10))
    const start = performance.now()
    await world.placer.close()
    expect(performance.now() - start).toBeLessThan(1_000)
    expect(await world.points()).toEqual(new Map())
    world.placer.poke()
    expect(world.placer.isRunning).toBe(false)
  })

  test('two thousand are found within seconds', async () => {
    for (let topic = 0; topic < 20; topic++) await world.add(topic, 100)
    await world.settle()
    expect((await world.points()).size).toBe(2_000)
    expect((await world.stores.map.layout())?.landmarks).toBe(1_200)
  })
})
