import pg from 'pg'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { alice, at, embed, foundIds, put, T0, vector } from '../fixtures.conformance.ts'
import { recordsOf } from '../transfer-fixtures.conformance.ts'
import type { PostgresStores } from './open-postgres-stores.ts'
import { MOST_UNLINKED } from './postgres-vector-tables.ts'
import { describePostgres, openEmptied, optionsOf, runSql } from './postgres.fixture.ts'

const MERGE = { onConflict: 'skip', now: at(60), actor: 'owner' } as const
const QUESTION = { vector: { values: vector(3), modelId: 'model-1' } }
const NO_GRAPH = [expect.stringContaining('no graph')]

describePostgres('the graph of a model whose vectors are moved here', (cluster) => {
  let target: PostgresStores
  let url: string
  let nearest: string
  let made = 0

  beforeEach(async () => {
    const sourceUrl = made === 0 ? cluster().createDatabase('source') : new URL('source', cluster().url).href
    const source = await openEmptied(optionsOf(sourceUrl), (text) => runSql(sourceUrl, text))
    url = cluster().createDatabase(`target_${made++}`)
    target = await openEmptied(optionsOf(url), () => Promise.resolve())
    nearest = (await put(source.memories, { content: 'near' })).id
    const memory = await source.memories.get(nearest, alice, { now: T0 })
    if (memory) await embed(source.memories, memory, [vector(3)])
    await target.transfer.write(await recordsOf(source.transfer), MERGE)
    await source.memories.close()
  })
  afterEach(() => target.memories.close())

  it('waits until they are all here, and they are found meanwhile', async () => {
    expect(await target.memories.checkIntegrity()).toEqual(NO_GRAPH)
    expect(await foundIds(target.memories, alice, QUESTION)).toEqual([nearest])
    await target.transfer.settle?.()
    expect(await target.memories.checkIntegrity()).toEqual([])
    expect(await foundIds(target.memories, alice, QUESTION)).toEqual([nearest])
  })

  it('stays when a model has vectors already', async () => {
    await target.transfer.settle?.()
    const other = await put(target.memories, { content: 'another' })
    const record = { kind: 'vector', memoryId: other.id, model: 'model-1', dimensions: 16, vectors: [new Uint8Array(20).fill(1)] } as const
    expect(await target.transfer.write([record], MERGE)).toEqual([{ result: 'new' }])
    expect(await target.memories.checkIntegrity()).toEqual([])
  })

  it('is built by the upkeep of a server when the move was broken off, and once where several servers look after it', async () => {
    const second = await openEmptied(optionsOf(url), () => Promise.resolve())
    const { signal } = new AbortController()
    const look = () => Promise.all([target, second].map(async ({ memories }) => memories.upkeep?.(signal)))
    await look()
    // More may be on its way.
    expect(await target.memories.checkIntegrity()).toEqual(NO_GRAPH)
    await look()
    await second.memories.close()
    expect(await target.memories.checkIntegrity()).toEqual([])
  })

  it('is given up by a server that stops, and begun anew by the next one', async () => {
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    // Whoever builds beside others waits for those who are at the table.
    await client.query('BEGIN; INSERT INTO tmws.searched_vectors_1 SELECT * FROM tmws.searched_vectors_1 LIMIT 0')
    const stopping = new AbortController()
    await target.memories.upkeep?.(stopping.signal)
    const upkeep = target.memories.upkeep?.(stopping.signal)
    setTimeout(() => stopping.abort(), 200)
    await expect(upkeep).rejects.toThrow()
    expect(await target.memories.checkIntegrity()).toEqual(NO_GRAPH)
    await client.query('ROLLBACK')
    await client.end()
    await target.memories.upkeep?.(new AbortController().signal)
    expect(await target.memories.checkIntegrity()).toEqual([])
  })
})

describePostgres('the graph of a model that is to take the place of another', (cluster) => {
  let stores: PostgresStores
  let url: string
  let made = 0
  const next = { modelId: 'model-2', dimensions: 16 }
  const graphs = () => runSql(url, `SELECT indexname FROM pg_indexes WHERE indexname LIKE 'searched_vectors_%_nearest' ORDER BY 1`)
  const [FIRST, SECOND] = [{ indexname: 'searched_vectors_1_nearest' }, { indexname: 'searched_vectors_2_nearest' }]

  beforeEach(async () => {
    url = cluster().createDatabase(`change_${made++}`)
    stores = await openEmptied(optionsOf(url), (text) => runSql(url, text))
  })
  afterEach(() => stores.memories.close())

  it('is built of all its vectors at once, before it is put in use; that it has none until then is no fault', async () => {
    const { memories } = stores
    await memories.useModel({ modelId: 'model-1', dimensions: 16 })
    const both = [await put(memories, { content: 'near' }), await put(memories, { content: 'far' })]
    const entries = both.map(({ id }, n) => ({ memoryId: id, contentVersion: 1, vectors: [vector(3 + n)] }))
    await memories.putVectors({ modelId: 'model-1', dimensions: 16 }, entries)
    await memories.putVectors(next, entries.slice(0, 1))
    expect(await graphs()).toEqual([FIRST])
    expect(await memories.checkIntegrity()).toEqual([])
    await memories.upkeep?.(new AbortController().signal)
    await memories.upkeep?.(new AbortController().signal)
    expect(await graphs()).toEqual([FIRST])
    await memories.putVectors(next, entries.slice(1))
    await memories.prepareModel?.(next.modelId, new AbortController().signal)
    expect(await graphs()).toEqual([FIRST, SECOND])
    await memories.useModel(next)
    const question = { vector: { values: vector(3), modelId: next.modelId } }
    expect((await foundIds(memories, alice, question))[0]).toBe(both[0]?.id)
    expect(await memories.checkIntegrity()).toEqual([])
  })

  it('is there from the start where there is nothing to wait for', async () => {
    const { memories } = stores
    await memories.useModel({ modelId: 'model-1', dimensions: 16 })
    await memories.prepareModel?.(next.modelId, new AbortController().signal)
    await memories.useModel(next)
    expect(await graphs()).toEqual([FIRST, SECOND])
    expect(await memories.checkIntegrity()).toEqual([])
  })
})

describePostgres('vectors that wait outside the graph', (cluster) => {
  let stores: PostgresStores
  let url: string
  let made = 0
  const model = { modelId: 'model-1', dimensions: 16 }
  const unlinked = async () =>
    (
      await runSql<{ content: string }>(
        url,
        `SELECT content FROM searched_vectors_1 JOIN memories ON seq = memory_seq WHERE NOT in_graph ORDER BY seq`,
      )
    ).map(({ content }) => content)
  const store = async (content: string, direction: number, wobble?: number) => {
    const memory = await put(stores.memories, { content })
    await embed(stores.memories, memory, [vector(direction, wobble)])
    return memory.id
  }
  const linkAll = async () => {
    while (await stores.memories.linkVectors?.());
  }

  beforeEach(async () => {
    url = cluster().createDatabase(`unlinked_${made++}`)
    stores = await openEmptied(optionsOf(url), (text) => runSql(url, text))
    await stores.memories.useModel(model)
  })
  afterEach(() => stores.memories.close())

  /** So many that the graph has enough to give for a search by itself. */
  const fillGraph = async () => {
    await Promise.all(Array.from({ length: 60 }, (_, n) => store(`far ${n}`, 5)))
    await linkAll()
  }

  it('are found at once, beside those in it, and after they have been put in', async () => {
    await fillGraph()
    const near = [await store('nearest', 3), await store('near', 3, 0.1), await store('not so near', 3, 0.2)]
    expect(await unlinked()).toEqual(['nearest', 'near', 'not so near'])
    const nearest = async () => (await foundIds(stores.memories, alice, { ...QUESTION, candidateLimit: 50 })).slice(0, 3)
    expect(await nearest()).toEqual(near)
    expect(await stores.memories.linkVectors?.()).toBe(true)
    expect(await unlinked()).toEqual([])
    expect(await stores.memories.linkVectors?.()).toBe(false)
    expect(await nearest()).toEqual(near)
    expect(await stores.memories.checkIntegrity()).toEqual([])
  })

  it('are found beside a long memory that has more vectors than are asked for', async () => {
    await fillGraph()
    const long = await put(stores.memories, { content: 'long' })
    await embed(
      stores.memories,
      long,
      Array.from({ length: 120 }, () => vector(3)),
    )
    const short = await store('short', 3, 0.1)
    const found = await foundIds(stores.memories, alice, { ...QUESTION, candidateLimit: 50 })
    expect(found.slice(0, 2)).toEqual([long.id, short])
  })

  it('are found while they are put in, each time and once', async () => {
    await fillGraph()
    const near = (await Promise.all(Array.from({ length: 45 }, (_, n) => store(`near ${n}`, 3)))).toSorted()
    let looksLeft = Infinity
    const linking = linkAll().finally(() => (looksLeft = 3))
    for (; looksLeft > 0; looksLeft--) {
      const found = await foundIds(stores.memories, alice, { ...QUESTION, candidateLimit: 50 })
      expect(found.slice(0, 45).toSorted()).toEqual(near)
    }
    await linking
  })

  it('go into the graph at once where enough wait already', async () => {
    await store('waiting', 3)
    await runSql(
      url,
      `INSERT INTO searched_vectors_1 SELECT -n, (SELECT vector FROM searched_vectors_1 LIMIT 1), FALSE FROM generate_series(1, ${MOST_UNLINKED - 1}) n`,
    )
    await store('one more', 4)
    expect(await unlinked()).toEqual(['waiting'])
  })

  it('do not wait where the graph is one of before, which holds all, or is still to be built', async () => {
    await runSql(url, 'DROP INDEX searched_vectors_1_nearest')
    await store('without a graph', 3)
    await runSql(url, 'CREATE INDEX searched_vectors_1_nearest ON searched_vectors_1 USING hnsw (vector halfvec_cosine_ops)')
    const other = await store('with a graph of before', 4)
    expect(await unlinked()).toEqual([])
    expect((await foundIds(stores.memories, alice, { vector: { values: vector(4), modelId: 'model-1' } }))[0]).toBe(other)
  })

  it('are taken out of what is searched with their memory, and are not in the way of its change', async () => {
    const [gone, stays] = [await store('gone', 3), await store('stays', 4)]
    await stores.memories.trash(gone, { scope: alice, actor: 'alice', now: at(1) })
    expect(await foundIds(stores.memories, alice, QUESTION)).toEqual([stays])
    await linkAll()
    await stores.memories.untrash(gone, { scope: alice, actor: 'alice', now: at(2) })
    expect(await unlinked()).toEqual(['gone'])
    expect(await foundIds(stores.memories, alice, QUESTION)).toEqual([gone, stays])
  })
})
