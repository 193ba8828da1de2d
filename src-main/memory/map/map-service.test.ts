import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { MemoryMap } from '../../contract/map.ts'
import { mapSchema } from '../../contract/map.ts'
import { OWNER_SCOPE } from '../../contract/scope.ts'
import type { Scope } from '../../contract/scope.ts'
import { MapWorld } from '../../server/testing/map-world.ts'

let world: MapWorld
beforeEach(async () => {
  world = await MapWorld.open()
})
afterEach(() => world.close())

const agent = (agentId: string): Scope => ({ kind: 'agent', agentId, namespace: 'default', isAdmin: false })

async function look(scope: Scope = OWNER_SCOPE): Promise<MemoryMap> {
  const answer = await world.service.map(scope)
  return mapSchema.parse(JSON.parse(answer!.json))
}

describe('the map', () => {
  test('is worked out because somebody looks, and answers meanwhile', async () => {
    expect(await look()).toMatchObject({ state: 'ready', waiting: 0, points: { id: [] }, clusters: [], layout: 0 })
    await world.add(1, 30, { text: 'the billing of invoices' })
    await new Promise((resolve) => setTimeout(resolve, 1_050))
    expect(await look()).toMatchObject({ state: 'computing', waiting: 30, points: { id: [] } })
    await world.placer.settled()
    const map = await look()
    expect(map).toMatchObject({ state: 'ready', done: map.total, waiting: 0, agents: ['alice'], namespaces: ['default'] })
    expect(map.points.id).toHaveLength(30)
    expect(map.clusters.length).toBeGreaterThan(0)
    for (const { words } of map.clusters) expect(words).toEqual(expect.arrayContaining(['billing', 'invoices']))
    const inClusters = map.points.cluster.filter((cluster) => cluster >= 0)
    expect(map.clusters.reduce((sum, { count }) => sum + count, 0)).toBe(inClusters.length)
  })

  test('costs nothing when one has it, and has another version after any change', async () => {
    const [first] = await world.add(1, 20)
    await world.settle()
    const { version } = (await world.service.map(OWNER_SCOPE))!
    expect(await world.service.map(OWNER_SCOPE, version)).toBeUndefined()
    expect((await world.service.progress(OWNER_SCOPE)).version).toBe(version)
    await world.stores.memories.update(first!.id, { importance: 0.9 }, { scope: OWNER_SCOPE, actor: 'owner', now: world.now })
    world.service.changed()
    const next = await world.service.map(OWNER_SCOPE, version)
    expect(next?.version).not.toBe(version)
    expect((await look()).points.importance).toContain(90)
    expect(await world.service.map(agent('alice'), next?.version)).toBeDefined()
  })

  test('shows a scope its own, and names clusters by nothing else', async () => {
    await world.add(1, 25, { text: 'the launch of codename hummingbird', agent: 'alice' })
    await world.add(1, 25, { text: 'the launch of our rockets', agent: 'bob', access_level: 'public' })
    await world.settle()
    const [mine, theirs, all] = [await look(agent('alice')), await look(agent('bob')), await look()]
    expect([mine, theirs, all].map(({ points }) => points.id.length)).toEqual([50, 25, 50])
    expect(theirs.agents).toEqual(['bob'])
    expect(JSON.stringify(theirs)).not.toContain('hummingbird')
    expect(JSON.stringify(all.clusters)).toContain('hummingbird')
    expect(theirs.clusters[0]!.words.join()).toContain('rockets')
    expect((await world.service.map(agent('bob')))?.showsOthers).toBe(false)
    expect((await world.service.map(agent('alice')))?.showsOthers).toBe(true)
  })

  test('says what is in the way, and shows what it has', async () => {
    await world.add(1, 20)
    await world.settle()
    world.modelId = 'model-2'
    world.problem = 'The model could not be loaded.'
    expect(await look()).toMatchObject({ state: 'ready' })
    world.modelId = 'a model that has no vectors'
    await world.stores.memories.insert(
      {
        id: '019363f2-7c1e-7a4b-8f00-3b1c5a0d9e11',
        content: 'new',
        tags: [],
        importance: 0.5,
        access_level: 'private',
        shared_with: [],
        agent_id: 'alice',
        namespace: 'default',
        context: {},
        pinned: false,
        created_at: world.now,
        links: [],
      },
      { scope: agent('alice'), actor: 'alice', now: world.now },
    )
    await world.placer.settled()
    world.service.changed()
    expect(await look()).toMatchObject({ state: 'degraded', message: world.problem, waiting: 1 })
    expect((await look()).points.id).toHaveLength(20)
  })

  test('that was begun before a change is not given to those who ask after it', async () => {
    await world.add(1, 20)
    await world.settle()
    const before = world.service.map(OWNER_SCOPE)
    await new Promise((resolve) => setImmediate(resolve))
    await world.add(1, 5)
    await world.settle()
    const after = await world.service.map(OWNER_SCOPE)
    expect((JSON.parse(after!.json) as MemoryMap).points.id).toHaveLength(25)
    expect(after!.version).toBe((await world.service.progress(OWNER_SCOPE)).version)
    await before
  })

  test('is made once for all who ask at the same time', async () => {
    await world.add(1, 20)
    await world.settle()
    let reads = 0
    const { map } = world.stores
    const points = map.points.bind(map)
    map.points = (...args) => {
      reads += 1
      return points(...args)
    }
    await Promise.all(Array.from({ length: 20 }, () => world.service.map(OWNER_SCOPE)))
    expect(reads).toBe(1)
  })
})
