import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { FixedClock } from '../base/clock.ts'
import { AppError } from '../base/errors.ts'
import { silentLog } from '../base/log.ts'
import type { Embedder, EmbedderState } from '../embedding/embedder.ts'
import { createHashEmbedder } from '../embedding/hash-embedder.ts'
import { agentScope, searchFor, START } from '../server/testing/memory-parts.ts'
import { aMemory, by } from '../storage/fixtures.conformance.ts'
import type { MemoryStore } from '../storage/memory-store.ts'
import { openMemoryStore } from '../storage/open-stores.ts'
import { EmbeddingModels } from './embedding-models.ts'
import { MemorySearch } from './memory-search.ts'
import { VectorIndexer } from './vector-indexer.ts'

const alice = agentScope('alice')
const NOW = new Date(START).toISOString()
const TOPICS = ['billing on postgres', 'lunch at noon', 'the garden of roses', 'trains to the sea']

/** The hash embedder under another name, with its numbers turned round: a model whose vectors fit no other's. */
class FakeModel implements Embedder {
  readonly modelId: string
  readonly dimensions: number
  embedded: string[] = []
  closed = 0
  /** Awaited before each call for texts. */
  gate: () => Promise<unknown> = () => Promise.resolve()
  #state: EmbedderState = { status: 'ready' }
  readonly #hash = createHashEmbedder()
  readonly #listeners = new Set<(state: EmbedderState) => void>()

  constructor(modelId: string, dimensions: number) {
    this.modelId = modelId
    this.dimensions = dimensions
  }

  get state(): EmbedderState {
    return this.#state
  }

  become(state: EmbedderState): void {
    this.#state = state
    for (const listener of this.#listeners) listener(state)
  }

  onStateChange(listener: (state: EmbedderState) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async embedQuery(text: string): Promise<Float32Array> {
    const vector = await this.#hash.embedQuery(text)
    return Float32Array.from({ length: this.dimensions }, (_, i) => -(vector[(i * 7) % vector.length] ?? 0))
  }

  async embedTexts(texts: readonly string[], signal?: AbortSignal): Promise<Float32Array[][]> {
    await this.gate()
    signal?.throwIfAborted()
    this.embedded.push(...texts)
    return Promise.all(texts.map(async (text) => [await this.embedQuery(text)]))
  }

  close(): Promise<void> {
    this.closed += 1
    return Promise.resolve()
  }
}

interface Running {
  readonly models: EmbeddingModels
  readonly indexer: VectorIndexer
  readonly search: MemorySearch
  stop(): Promise<void>
}

describe.each(['sqlite', 'volatile'] as const)('a change of model on a %s store', (provider) => {
  let folder: string
  let store: MemoryStore
  const running: Running[] = []
  let takeTurn: (() => Promise<{ release(): void } | undefined>) | undefined
  const openStore = () =>
    openMemoryStore(
      provider === 'volatile'
        ? { provider }
        : { provider, file: join(folder, 'tmws.db'), backupFolder: folder, synchronous: 'normal', log: silentLog },
    )
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tmws-models-'))
    store = await openStore()
    takeTurn = undefined
  })
  afterEach(async () => {
    for (const one of running.splice(0)) await one.stop()
    await store.close()
    await rm(folder, { recursive: true, force: true })
  })

  /** A server of the store whose settings want `embedder`; `former` opens what was in use before. */
  function run(embedder: Embedder, former?: Embedder, more: { mayChange?: boolean } = {}): Running {
    const clock = new FixedClock(START)
    const models = new EmbeddingModels({
      store,
      embedder,
      clock,
      log: silentLog,
      recipe: embedder.modelId,
      openFormer: () => former,
      ...more,
    })
    const indexer = new VectorIndexer({ store, models, clock, log: silentLog, ...(takeTurn && { takeTurn }) })
    const search = new MemorySearch({ store, models, clock, log: silentLog })
    const stop = async () => {
      await indexer.close()
      await models.close()
    }
    const one = { models, indexer, search, stop }
    running.push(one)
    indexer.poke()
    return one
  }

  async function stopAll(): Promise<void> {
    for (const one of running.splice(0)) await one.stop()
  }

  const add = (content: string) => store.insert(aMemory({ agent_id: 'alice', content }), by(alice, NOW))
  const fill = async (count: number) => {
    for (let i = 0; i < count; i++) await add(`${TOPICS[i % 4] ?? ''} number ${i}`)
  }
  const inUse = async () => (await store.models()).find(({ isInUse }) => isInUse)?.modelId
  const byMeaning = async ({ search }: Running, query = 'roses in the garden') => {
    const answer = await search.search(searchFor(query, { mode: 'vector', limit: 5 }), alice)
    return { ...answer, best: answer.memories.map(({ content }) => content), score: answer.memories[0]?.why.vector }
  }
  /** With the old model in use, whole. */
  async function settled(old: FakeModel, count: number): Promise<void> {
    await fill(count)
    const first = run(old)
    await expect.poll(inUse).toBe(old.modelId)
    await expect.poll(() => store.countWithoutVectors(old.modelId, NOW)).toBe(0)
    await first.indexer.settled()
    await stopAll()
    old.embedded = []
  }

  /** Lets `free` calls pass; the next ones wait until it is opened. */
  function hold(model: FakeModel, free: number): () => void {
    const { promise, resolve } = Promise.withResolvers<undefined>()
    let left = free
    model.gate = () => (left-- > 0 ? Promise.resolve() : promise)
    return () => resolve(undefined)
  }

  test('searches with the old vectors until the new set is whole, then with those, and erases the old', async () => {
    const [old, next] = [new FakeModel('old', 64), new FakeModel('next', 24)]
    await settled(old, 100)
    const open = hold(next, 2)
    const server = run(next, old)
    await expect.poll(() => next.embedded.length).toBe(64)
    await expect.poll(() => server.models.report.change?.done).toBe(64)
    expect(server.models.report).toMatchObject({ modelId: 'old', change: { from: 'old', to: 'next', done: 64, total: 100 } })
    const during = await byMeaning(server)
    expect([during.mode, during.degraded, during.best.every((content) => content.includes('roses'))]).toEqual(['vector', undefined, true])
    open()
    await expect.poll(inUse).toBe('next')
    await expect.poll(async () => (await store.models()).map(({ modelId }) => modelId)).toEqual(['next'])
    const after = await byMeaning(server)
    expect([after.degraded, after.best.every((content) => content.includes('roses'))]).toEqual([undefined, true])
    expect(server.models.report).toMatchObject({ modelId: 'next', dimensions: 24 })
    expect([next.embedded.length, old.embedded.length]).toEqual([100, 0])
    await stopAll()
    expect(old.closed).toBe(1)
  })

  test('finds by meaning what is stored meanwhile', async () => {
    const [old, next] = [new FakeModel('old', 64), new FakeModel('next', 24)]
    await settled(old, 60)
    const open = hold(next, 1)
    const server = run(next, old)
    await expect.poll(() => server.models.report.change?.done).toBe(32)
    await add('penguins live on the ice')
    server.indexer.poke()
    open()
    await expect.poll(() => old.embedded).toEqual(['penguins live on the ice'])
    expect((await byMeaning(server, 'penguins on ice')).best[0]).toBe('penguins live on the ice')
    await expect.poll(inUse).toBe('next')
    expect((await byMeaning(server, 'penguins on ice')).best[0]).toBe('penguins live on the ice')
  })

  test('waits until the store has made the new vectors quick to search; what is stored meanwhile is found', async () => {
    const [old, next] = [new FakeModel('old', 64), new FakeModel('next', 24)]
    await settled(old, 20)
    const built = Promise.withResolvers<undefined>()
    const prepared: string[] = []
    store.prepareModel = async (modelId) => {
      prepared.push(modelId)
      await built.promise
    }
    const server = run(next, old)
    await expect.poll(() => server.models.report.change?.phase).toBe('indexing')
    expect(server.models.report).toMatchObject({ modelId: 'old', change: { done: 20, total: 20 } })
    await add('penguins live on the ice')
    server.indexer.poke()
    await expect.poll(() => next.embedded.at(-1)).toBe('penguins live on the ice')
    expect((await byMeaning(server, 'penguins on ice')).best[0]).toBe('penguins live on the ice')
    expect([await inUse(), old.embedded, prepared]).toEqual(['old', ['penguins live on the ice'], ['next']])
    built.resolve(undefined)
    await expect.poll(inUse).toBe('next')
    expect((await byMeaning(server, 'penguins on ice')).best[0]).toBe('penguins live on the ice')
    expect(prepared).toEqual(['next'])
  })

  test('stays with the old vectors while the store cannot make the new ones quick to search, and stops at once', async () => {
    const [old, next] = [new FakeModel('old', 64), new FakeModel('next', 24)]
    await settled(old, 20)
    const failed = Promise.withResolvers<undefined>()
    store.prepareModel = () => {
      failed.resolve(undefined)
      return Promise.reject(new AppError('unavailable', 'The disk is full.'))
    }
    const server = run(next, old)
    await failed.promise
    await add('penguins live on the ice')
    server.indexer.poke()
    await expect.poll(() => next.embedded.at(-1)).toBe('penguins live on the ice')
    expect([await inUse(), (await byMeaning(server, 'penguins on ice')).best[0]]).toEqual(['old', 'penguins live on the ice'])
    await stopAll()
    // The next server begins anew, and is stopped before it is done.
    let signal: AbortSignal | undefined
    store.prepareModel = (_modelId, given) => {
      signal = given
      return new Promise((_resolve, reject) => given.addEventListener('abort', () => reject(given.reason as Error)))
    }
    run(new FakeModel('next', 24), old)
    await expect.poll(() => signal).toBeDefined()
    await stopAll()
    expect([signal?.aborted, await inUse()]).toEqual([true, 'old'])
  })

  test('a server that leaves the indexing to another one follows the change that the other makes', async () => {
    const [old, next] = [new FakeModel('old', 64), new FakeModel('next', 24)]
    await settled(old, 60)
    takeTurn = () => Promise.resolve(undefined)
    const follower = run(new FakeModel('next', 24), old)
    expect((await byMeaning(follower)).best).toHaveLength(5)
    takeTurn = undefined
    run(next, old)
    await expect.poll(inUse).toBe('next')
    await expect.poll(() => follower.models.report, { timeout: 6_000 }).toMatchObject({ modelId: 'next' })
    const { mode, degraded } = await byMeaning(follower)
    expect([mode, degraded]).toEqual(['vector', undefined])
  })

  test('asks which model is in use before its own is ready, and is not healthy until it knows', async () => {
    const [old, next] = [new FakeModel('old', 64), new FakeModel('next', 24)]
    await settled(old, 4)
    const models = store.models.bind(store)
    const answer = Promise.withResolvers<undefined>()
    store.models = async () => {
      await answer.promise
      return models()
    }
    next.become({ status: 'loading' })
    const server = run(next, old)
    next.become({ status: 'ready' })
    expect(server.models.report.problem).toContain('not known yet')
    next.become({ status: 'loading' })
    answer.resolve(undefined)
    await expect.poll(() => server.models.report).toMatchObject({ embedder: old, modelId: 'old' })
    expect(server.models.report.problem).toBeUndefined()
  })

  test('goes on after a stop where it was', async () => {
    const [old, next] = [new FakeModel('old', 64), new FakeModel('next', 24)]
    await settled(old, 100)
    const open = hold(next, 2)
    const first = run(next, old)
    await expect.poll(() => first.models.report.change?.done).toBe(64)
    const stopped = stopAll()
    open()
    await stopped
    if (provider === 'sqlite') {
      await store.close()
      store = await openStore()
    }
    const again = new FakeModel('next', 24)
    run(again, old)
    await expect.poll(inUse).toBe('next')
    expect(next.embedded.length + again.embedded.length).toBe(100)
    expect(again.embedded).toHaveLength(36)
  }, 30_000)

  test('taken back embeds nothing again but what came meanwhile, and erases the half-made set', async () => {
    const [old, next] = [new FakeModel('old', 64), new FakeModel('next', 24)]
    await settled(old, 100)
    const open = hold(next, 2)
    run(next)
    await expect.poll(() => next.embedded.length).toBe(64)
    // The old one does not open there, so this one waits.
    await add('a late one')
    next.gate = () => Promise.reject(new AppError('unavailable', 'stopping'))
    open()
    await stopAll()
    expect(await inUse()).toBe('old')
    const back = run(old)
    await expect.poll(async () => (await store.models()).map(({ modelId }) => modelId)).toEqual(['old'])
    await back.indexer.settled()
    expect(old.embedded).toEqual(['a late one'])
    expect((await byMeaning(back)).degraded).toBeUndefined()
  })

  test('whose old model does not open says so, and finds what has new vectors', async () => {
    const [old, next] = [new FakeModel('old', 64), new FakeModel('next', 24)]
    await settled(old, 100)
    const open = hold(next, 2)
    const server = run(next)
    await expect.poll(() => server.models.report.change?.done).toBe(64)
    const answer = await server.search.search(searchFor('roses in the garden'), alice)
    expect(answer.degraded).toBe(
      'The model that the memories were embedded with (old) does not work. 64 of 100 memories have vectors of the new model; the others are found by words only.',
    )
    expect(answer.memories.some(({ why }) => why.vector !== undefined)).toBe(true)
    expect(server.models.report.problem).toBe(answer.degraded)
    open()
    await expect.poll(inUse).toBe('next')
    expect((await byMeaning(server)).degraded).toBeUndefined()
  })

  test('waits for a new model that is down, and the old one serves', async () => {
    const [old, next] = [new FakeModel('old', 64), new FakeModel('next', 24)]
    await settled(old, 20)
    next.become({ status: 'failed', message: 'It is away.' })
    const server = run(next, old)
    expect(await byMeaning(server)).toMatchObject({ mode: 'vector' })
    expect(server.models.report).toMatchObject({ modelId: 'old', problem: 'The change to next waits: It is away.' })
    await add('stored while it is down')
    await expect.poll(() => old.embedded, { timeout: 5_000 }).toEqual(['stored while it is down'])
    next.become({ status: 'ready' })
    await expect.poll(inUse, { timeout: 5_000 }).toBe('next')
  })

  test('is not begun by a process that only helps out: it uses what the store uses', async () => {
    const [old, mine] = [new FakeModel('old', 64), new FakeModel('mine', 24)]
    await settled(old, 20)
    const helper = run(mine, old, { mayChange: false })
    await add('stored by the helper')
    helper.indexer.poke()
    await expect.poll(() => old.embedded).toEqual(['stored by the helper'])
    await helper.indexer.settled()
    expect([await inUse(), mine.embedded]).toEqual(['old', []])
    expect((await byMeaning(helper)).mode).toBe('vector')
  })

  test('made by another process is followed, not fought', async () => {
    const [old, next] = [new FakeModel('old', 64), new FakeModel('next', 24)]
    await settled(old, 20)
    const server = run(old, next)
    await server.indexer.settled()
    await store.useModel({ modelId: 'next', dimensions: 24, recipe: 'next' })
    server.indexer.poke()
    await expect.poll(() => server.models.report.modelId, { timeout: 6_000 }).toBe('next')
    await expect.poll(() => next.embedded.length).toBe(20)
    expect(await inUse()).toBe('next')
  })

  test('announces itself, its progress and its end', async () => {
    const [old, next] = [new FakeModel('old', 64), new FakeModel('next', 24)]
    await settled(old, 100)
    const server = run(next, old)
    const seen: string[] = []
    server.models.onChange(() => seen.push(`${server.models.report.modelId} ${server.models.report.change?.done ?? '-'}`))
    await expect.poll(inUse).toBe('next')
    await expect.poll(() => seen.at(-1)).toBe('next -')
    expect(new Set(seen)).toEqual(new Set(['old -', 'old 0', 'old 32', 'old 64', 'old 96', 'old 100', 'next -']))
  })
})
