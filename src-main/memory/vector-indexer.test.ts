import { afterEach, describe, expect, test } from 'vitest'
import { FixedClock } from '../base/clock.ts'
import { AppError } from '../base/errors.ts'
import { silentLog } from '../base/log.ts'
import type { Embedder, EmbedderState } from '../embedding/embedder.ts'
import { createHashEmbedder } from '../embedding/hash-embedder.ts'
import type { MemoryStore } from '../storage/memory-store.ts'
import { agentScope, changes, draft, openMemoryParts, searchFor, START } from '../server/testing/memory-parts.ts'
import type { MemoryParts } from '../server/testing/memory-parts.ts'
import { aMemory, by } from '../storage/fixtures.conformance.ts'
import { EmbeddingModels } from './embedding-models.ts'
import { VectorIndexer } from './vector-indexer.ts'

const alice = agentScope('alice')
const NOW = new Date(START).toISOString()

const opened: MemoryParts[] = []
afterEach(async () => {
  for (const parts of opened.splice(0)) await parts.close()
})

async function open(embedder?: Embedder): Promise<MemoryParts> {
  const parts = await openMemoryParts(embedder)
  opened.push(parts)
  return parts
}

/** The hash embedder with a state that a test can set. */
function switchable(status: EmbedderState['status']): Embedder & { become(state: EmbedderState): void } {
  const listeners = new Set<(state: EmbedderState) => void>()
  let state = { status } as EmbedderState // the tests name only statuses without a message
  return {
    ...createHashEmbedder(),
    get state() {
      return state
    },
    onStateChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    become(next) {
      state = next
      for (const listener of listeners) listener(next)
    },
  }
}

/** A store that has nothing to do, and counts how often it is asked. */
class VolatileLooks {
  readonly capabilities = { label: 'nothing', isDurable: false, isShared: false }
  readonly #look: () => void
  constructor(look: () => void) {
    this.#look = look
  }
  withoutVectors(): Promise<never[]> {
    this.#look()
    return Promise.resolve([])
  }
  models(): Promise<never[]> {
    return Promise.resolve([])
  }
  useModel(): Promise<void> {
    return Promise.resolve()
  }
  dropUnusedVectors(): Promise<number> {
    return Promise.resolve(0)
  }
}

/** A store that says whether several may write to it, whose second write of vectors fails, and how many were on their way at once. */
function watchWrites(real: MemoryStore, isShared: boolean): { readonly store: MemoryStore; most(): number } {
  let [now, most, count] = [0, 0, 0]
  const putVectors: MemoryStore['putVectors'] = async (model, entries) => {
    most = Math.max(most, ++now)
    const isSecond = ++count === 2
    await new Promise((resolve) => setTimeout(resolve, 2))
    now -= 1
    if (isSecond) throw new AppError('unavailable', 'a hiccup')
    return real.putVectors(model, entries)
  }
  const store: Partial<MemoryStore> = {
    capabilities: { ...real.capabilities, isShared },
    withoutVectors: real.withoutVectors.bind(real),
    putVectors,
  }
  return { store: store as MemoryStore, most: () => most } // the indexer asks nothing else of it
}

const waiting = (parts: MemoryParts) => parts.store.countWithoutVectors('hash-64', NOW)

describe('the indexer', () => {
  test('gives every new memory its vectors', async () => {
    const parts = await open()
    for (let i = 0; i < 70; i += 1) await parts.writer.store(draft(`note ${i}`), alice)
    await parts.indexer.settled()
    expect(await waiting(parts)).toBe(0)
  })

  test('finds by itself what another process has stored', async () => {
    const parts = await open()
    await parts.store.insert(aMemory({ agent_id: 'alice' }), by(alice, NOW))
    expect(await waiting(parts)).toBe(1)
    await expect.poll(() => waiting(parts), { timeout: 4_000 }).toBe(0)
  })

  test('leaves the work to another process while that has the turn, and takes it afterwards', async () => {
    const parts = await open(switchable('off'))
    let [isTaken, released] = [true, 0]
    const takeTurn = () => Promise.resolve(isTaken ? undefined : { release: () => (released += 1) })
    const indexer = new VectorIndexer({
      store: parts.store,
      models: new EmbeddingModels({ store: parts.store, embedder: createHashEmbedder(), clock: new FixedClock(START), log: silentLog }),
      clock: new FixedClock(START),
      log: silentLog,
      takeTurn,
    })
    await parts.store.insert(aMemory({ agent_id: 'alice' }), by(alice, NOW))
    indexer.poke()
    await indexer.settled()
    expect(await waiting(parts)).toBe(1)
    isTaken = false
    await expect.poll(() => waiting(parts), { timeout: 4_000 }).toBe(0)
    await indexer.close()
    expect(released).toBeGreaterThan(0)
  })

  test('does what the store has put off once all have their vectors, until there is no more of it', async () => {
    const parts = await open()
    const left: number[] = []
    let putOff = 3
    parts.store.linkVectors = async () => {
      left.push(await waiting(parts))
      return putOff-- > 0
    }
    for (let i = 0; i < 40; i += 1) await parts.store.insert(aMemory({ agent_id: 'alice' }), by(alice, NOW))
    parts.indexer.poke()
    await parts.indexer.settled()
    expect([putOff, left]).toEqual([-1, [0, 0, 0, 0]])
  })

  test('follows a changed text', async () => {
    const parts = await open()
    const { memory } = await parts.writer.store(draft('about cats'), alice)
    await parts.indexer.settled()
    await parts.writer.update(changes(memory.id, { content: 'concerning trains' }), alice)
    await parts.indexer.settled()
    const [hit] = (await parts.search.search(searchFor('concerning trains', { mode: 'vector' }), alice)).memories
    expect(hit?.why.vector).toBe(1)
  })

  test('waits for the model, and starts by itself when that is ready', async () => {
    const embedder = switchable('loading')
    const parts = await open(embedder)
    await parts.writer.store(draft('x'), alice)
    await parts.indexer.settled()
    expect(await waiting(parts)).toBe(1)
    embedder.become({ status: 'ready' })
    await parts.indexer.settled()
    expect(await waiting(parts)).toBe(0)
  })

  test('heals after a failure without being asked', async () => {
    const hash = createHashEmbedder()
    let failures = 1
    const parts = await open({
      ...hash,
      embedTexts: (texts, signal) =>
        failures-- > 0 ? Promise.reject(new AppError('unavailable', 'a hiccup')) : hash.embedTexts(texts, signal),
    })
    await parts.writer.store(draft('x'), alice)
    await parts.indexer.settled()
    expect(await waiting(parts)).toBe(1)
    await expect.poll(() => waiting(parts), { timeout: 4_000, interval: 100 }).toBe(0)
  })

  test('asks a model that is down no more often because the store has something put off', async () => {
    let asked = 0
    const parts = await open({
      ...createHashEmbedder(),
      embedTexts: () => {
        asked += 1
        return Promise.reject(new AppError('unavailable', 'a hiccup'))
      },
    })
    let putOff = 50
    parts.store.linkVectors = () => Promise.resolve(putOff-- > 0)
    await parts.writer.store(draft('x'), alice)
    await parts.indexer.settled()
    expect(asked).toBe(1)
    expect(putOff, 'some of it is done all the same').toBeLessThan(50)
  })

  test('has the next batch at the model before one is done, but no more than that, and batches of long texts are small', async () => {
    const hash = createHashEmbedder()
    const batchesOf = async (count: number, text: (number: number) => string, textsAtOnce?: number) => {
      const embedder = switchable('loading')
      let [now, most] = [0, 0]
      const batches: number[] = []
      const parts = await open({
        ...embedder,
        ...(textsAtOnce !== undefined && { textsAtOnce }),
        get state() {
          return embedder.state
        },
        async embedTexts(texts, signal) {
          most = Math.max(most, ++now)
          batches.push(texts.length)
          await new Promise((resolve) => setTimeout(resolve, 5))
          now -= 1
          return hash.embedTexts(texts, signal)
        },
      })
      for (let number = 0; number < count; number += 1) await parts.writer.store(draft(text(number)), alice)
      embedder.become({ status: 'ready' })
      await parts.indexer.settled()
      expect(await waiting(parts)).toBe(0)
      return { most, batches }
    }
    expect(await batchesOf(100, (number) => `note ${number}`)).toEqual({ most: 2, batches: [32, 32, 32, 4] })
    expect(await batchesOf(500, (number) => `note ${number}`, 200)).toEqual({ most: 2, batches: [200, 200, 100] })
    expect(await batchesOf(9, (number) => `note ${number} `.padEnd(20_000, 'on and on '))).toEqual({ most: 2, batches: [3, 3, 3] })
  })

  test('writes side by side only to a store that several may write to, and makes a write that failed again', async () => {
    for (const isShared of [true, false]) {
      const parts = await open(switchable('off'))
      for (let number = 0; number < 300; number += 1) await parts.writer.store(draft(`note ${number}`), alice)
      const watched = watchWrites(parts.store, isShared)
      const embedder = { ...createHashEmbedder(), textsAtOnce: 256 }
      const clock = new FixedClock(START)
      const indexer = new VectorIndexer({
        store: watched.store,
        models: new EmbeddingModels({ store: parts.store, embedder, clock, log: silentLog }),
        clock,
        log: silentLog,
      })
      indexer.poke()
      await indexer.settled()
      // Of the first batch all but the write that failed; what else there was waits with it.
      expect(await waiting(parts)).toBe(isShared ? 32 + 44 : 300 - 32)
      await expect.poll(() => waiting(parts), { timeout: 4_000 }).toBe(0)
      await indexer.close()
      expect(watched.most()).toBe(isShared ? 3 : 1)
    }
  })

  test('goes on past a text that the model cannot take, which is then found by words', async () => {
    const hash = createHashEmbedder()
    const parts = await open({
      ...hash,
      embedTexts: (texts, signal) =>
        texts.includes('poison') ? Promise.reject(new Error('a bug in the model')) : hash.embedTexts(texts, signal),
    })
    await parts.writer.store(draft('poison'), alice)
    await parts.writer.store(draft('bread'), alice)
    await parts.indexer.settled()
    expect(await waiting(parts)).toBe(0)
    const { memories } = await parts.search.search(searchFor('poison', { mode: 'keyword' }), alice)
    expect(memories.map((memory) => memory.content)).toEqual(['poison'])
  })

  test('stops on close, in the middle of a text that hangs, and does nothing afterwards', async () => {
    let begun: () => void = () => undefined
    const hasBegun = new Promise<void>((resolve) => (begun = resolve))
    const parts = await open({
      ...createHashEmbedder(),
      embedTexts: (_texts, signal) =>
        new Promise((_, reject) => {
          signal?.addEventListener('abort', () => reject(new Error('aborted')))
          begun()
        }),
    })
    await parts.writer.store(draft('x'), alice)
    await hasBegun
    await parts.indexer.close()
    parts.indexer.poke()
    await parts.indexer.settled()
    expect(await waiting(parts)).toBe(1)
  })

  test('never misses a poke, whenever it comes', async () => {
    // Between the last look into the store and the end of the round lie a few turns of the microtask queue.
    for (let turns = 0; turns < 12; turns += 1) {
      let looks = 0
      const store = new VolatileLooks(() => (looks += 1)) as unknown as MemoryStore // only its methods are asked
      const clock = new FixedClock(START)
      const models = new EmbeddingModels({ store, embedder: createHashEmbedder(), clock, log: silentLog })
      const indexer = new VectorIndexer({ store, models, clock, log: silentLog })
      indexer.poke()
      for (let i = 0; i < turns; i += 1) await Promise.resolve()
      const before = looks
      indexer.poke()
      await indexer.settled()
      await new Promise((resolve) => setImmediate(resolve))
      expect([turns, looks > before]).toEqual([turns, true])
    }
  })
})
