import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Memory } from '../../contract/memory.ts'
import { cardsSchema, graphSchema, mapProgressSchema, mapSchema } from '../../contract/map.ts'
import type { MemoryMap, MemoryCard, MemoryGraph, MapProgress } from '../../contract/map.ts'
import { TestServer } from '../../server/testing/start-test-server.ts'

let server: TestServer
beforeAll(async () => {
  server = await TestServer.start({ TMWS_RATE_LIMIT_REQUESTS: '100000' })
})
afterAll(() => server.stop())

type Fields = Partial<Pick<Memory, 'access_level' | 'links' | 'tags'>>
async function store(agent: string, content: string, fields: Fields = {}): Promise<string> {
  const answer = await server.rest<{ memory: Memory }>('POST', '/memory', { agent, body: { content, access_level: 'private', ...fields } })
  expect(answer.status).toBe(201)
  return answer.body.memory.id
}

/** Asks until every memory that `agent` sees is on the map. */
async function wholeMap(as: Parameters<TestServer['rest']>[2]): Promise<{ map: MemoryMap; etag: string }> {
  for (;;) {
    const progress = await server.rest<MapProgress>('GET', '/map/progress', as)
    expect(mapProgressSchema.parse(progress.body)).toEqual(progress.body)
    if (progress.body.state === 'ready' && progress.body.waiting === 0) break
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  const answer = await server.rest<MemoryMap>('GET', '/map', as)
  expect(mapSchema.parse(answer.body)).toEqual(answer.body)
  return { map: answer.body, etag: answer.headers.get('etag') ?? '' }
}

/** Shows of others' memories are kept soon after, not before the answer. */
const auditOf = async (action: string) => {
  await new Promise((resolve) => setTimeout(resolve, 300))
  return (
    await server.rest<{ entries: { action: string; agent_id: string; object?: { ids: string[] } }[] }>('GET', `/audit?action=${action}`, {
      headers: server.owner,
    })
  ).body.entries
}

describe('the map over REST', () => {
  test('shows to each what the list shows to each', async () => {
    for (let i = 0; i < 15; i++) await store('alice', `the billing service of alice ${i}`, { tags: ['billing'] })
    for (let i = 0; i < 15; i++) await store('bob', `trains to the sea by bob ${i}`, { access_level: i < 5 ? 'public' : 'private' })
    for (const as of [{ agent: 'alice' }, { agent: 'bob' }, { agent: 'nobody' }, { headers: server.owner }]) {
      const { map } = await wholeMap(as)
      const list = await server.rest<{ memories: Memory[] }>('GET', '/memory?limit=100', as)
      expect([...map.points.id].sort()).toEqual(list.body.memories.map(({ id }) => id).sort())
      for (const memory of list.body.memories) {
        const i = map.points.id.indexOf(memory.id)
        expect([map.agents[map.points.agent[i]!], map.levels[map.points.level[i]!]]).toEqual([memory.agent_id, memory.access_level])
        expect(map.points.tags[i]!.map((tag) => map.tags[tag])).toEqual(memory.tags)
      }
    }
  })

  test('is sent again only when it is another one, and leaves one entry in the audit', async () => {
    const as = { headers: server.owner }
    const { etag } = await wholeMap(as)
    const entries = (await auditOf('get_map')).length
    const again = await server.rest('GET', '/map', { headers: { ...server.owner, 'if-none-match': etag } })
    expect([again.status, again.body]).toEqual([304, ''])
    expect(await auditOf('get_map')).toHaveLength(entries)
    await store('alice', 'one more on billing')
    const next = await server.rest('GET', '/map', { headers: { ...server.owner, 'if-none-match': etag } })
    expect(next.status).toBe(200)
    const audit = await auditOf('get_map')
    expect(audit).toHaveLength(entries + 1)
    expect(audit[0]).toMatchObject({ agent_id: 'owner' })
  })

  test('gives the beginnings of what is pointed at, as text, to those who may see it', async () => {
    const text = `<img src=x onerror=alert(1)> ${'long '.repeat(100)}`
    const id = await store('alice', text)
    const other = await store('bob', 'not for alice')
    const answer = await server.rest<{ cards: MemoryCard[] }>('GET', `/map/cards?id=${id}&id=${other}`, { agent: 'alice' })
    expect(cardsSchema.parse(answer.body).cards).toEqual([expect.objectContaining({ id, text: text.slice(0, 280), agent_id: 'alice' })])
    await server.rest('GET', `/map/cards?id=${id}&id=${other}`, { headers: server.owner })
    expect((await auditOf('get_map_cards')).map(({ object }) => object?.ids)).toEqual([[id, other]])
    for (const query of ['', '?id=x', `?${Array.from({ length: 61 }, () => `id=${id}`).join('&')}`, `?id=${id}&more=1`])
      expect((await server.rest('GET', `/map/cards${query}`, { agent: 'alice' })).status).toBe(400)
  })

  test('needs no known version', async () => {
    for (const header of ['*', '"', 'W/"nonsense"', `"${'x'.repeat(500)}"`])
      expect((await server.rest('GET', '/map', { agent: 'alice', headers: { 'if-none-match': header } })).status).toBe(200)
  })
})

describe('the graph over REST', () => {
  test('goes both ways, one or two links far', async () => {
    const far = await store('carol', 'the far end')
    const next = await store('carol', 'next to it', { links: [{ to: far, kind: 'causes' }] })
    const middle = await store('carol', 'the middle', { links: [{ to: next, kind: 'relates' }] })
    const back = await store('carol', 'points back', { links: [{ to: middle, kind: 'contradicts' }] })
    const ask = async (query: string) =>
      (await server.rest<MemoryGraph>('GET', `/graph?memory_id=${middle}${query}`, { agent: 'carol' })).body
    const near = await ask('')
    expect(graphSchema.parse(near)).toEqual(near)
    expect(near.nodes.map(({ id, hops }) => [id, hops])).toEqual([
      [middle, 0],
      [next, 1],
      [back, 1],
    ])
    expect(near.links).toEqual([
      { from: middle, to: next, kind: 'relates' },
      { from: back, to: middle, kind: 'contradicts' },
    ])
    const wide = await ask('&hops=2')
    expect(wide.nodes.map(({ id }) => id)).toEqual([middle, next, back, far])
    expect([wide.links.length, wide.truncated]).toEqual([3, false])
    const cut = await ask('&hops=2&limit=2')
    expect([cut.nodes.length, cut.links.length, cut.truncated]).toEqual([2, 1, true])
  })

  test('knows nothing of what its reader may not see, not even as a way', async () => {
    const far = await store('dave', 'far and public', { access_level: 'public' })
    const hidden = await store('dave', 'between them, hidden', { links: [{ to: far, kind: 'relates' }] })
    const middle = await store('dave', 'public middle', { access_level: 'public', links: [{ to: hidden, kind: 'relates' }] })
    const answer = await server.rest<MemoryGraph>('GET', `/graph?memory_id=${middle}&hops=2`, { agent: 'eve' })
    expect(answer.body).toMatchObject({ links: [], truncated: false })
    expect(answer.body.nodes.map(({ id }) => id)).toEqual([middle])
    expect((await server.rest('GET', `/graph?memory_id=${hidden}`, { agent: 'eve' })).status).toBe(404)
    expect((await server.rest('GET', `/graph?memory_id=${middle}&hops=3`, { agent: 'eve' })).status).toBe(400)
    expect((await server.rest('GET', `/graph?hops=1`, { agent: 'eve' })).status).toBe(400)
    const whole = await server.rest<MemoryGraph>('GET', `/graph?memory_id=${middle}&hops=2`, { headers: server.owner })
    expect(whole.body.nodes).toHaveLength(3)
    expect((await auditOf('get_graph'))[0]?.object?.ids).toEqual([middle, hidden, far])
  })
})

test('a server that finds no meanings says why there is no map', async () => {
  await using off = await TestServer.start({ TMWS_EMBEDDING_PROVIDER: 'off' })
  await off.rest('POST', '/memory', { agent: 'alice', body: { content: 'a text' } })
  const { body } = await off.rest<MemoryMap>('GET', '/map', { agent: 'alice' })
  expect(body).toMatchObject({ state: 'degraded', message: expect.stringContaining('TMWS_EMBEDDING_PROVIDER') as string, waiting: 1 })
})
