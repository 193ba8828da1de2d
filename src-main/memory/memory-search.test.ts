import { AppError } from '../base/errors.ts'
import { afterEach, describe, expect, test } from 'vitest'
import type { Embedder, EmbedderState } from '../embedding/embedder.ts'
import { createHashEmbedder } from '../embedding/hash-embedder.ts'
import { agentScope, draft, openMemoryParts, owner, searchFor } from '../server/testing/memory-parts.ts'
import type { MemoryParts } from '../server/testing/memory-parts.ts'

const alice = agentScope('alice', 'team-a')
const bob = agentScope('bob', 'team-b')

const opened: MemoryParts[] = []
afterEach(async () => {
  for (const parts of opened.splice(0)) await parts.close()
})

async function open(embedder?: Embedder): Promise<MemoryParts> {
  const parts = await openMemoryParts(embedder)
  opened.push(parts)
  return parts
}

function inState(state: EmbedderState): Embedder {
  return { ...createHashEmbedder(), state, embedQuery: () => Promise.reject(new Error('not ready')) }
}

async function fill(parts: MemoryParts): Promise<void> {
  await parts.writer.store(draft('the billing service stays on Postgres 15'), alice)
  await parts.writer.store(draft('lunch is at noon'), alice)
  await parts.indexer.settled()
}

describe('search', () => {
  test('finds by words and meaning together, and says why', async () => {
    const parts = await open()
    await fill(parts)
    const answer = await parts.search.search(searchFor('billing Postgres'), alice)
    expect(answer).toMatchObject({
      mode: 'hybrid',
      memories: [
        {
          content: 'the billing service stays on Postgres 15',
          why: { keyword: expect.any(Number) as number, vector: expect.any(Number) as number },
        },
        {},
      ],
    })
    expect(answer.degraded).toBeUndefined()
  })

  test('by one leg uses that one alone', async () => {
    const parts = await open()
    await fill(parts)
    const byWords = await parts.search.search(searchFor('billing', { mode: 'keyword' }), alice)
    const byMeaning = await parts.search.search(searchFor('billing', { mode: 'vector' }), alice)
    expect([byWords.mode, byWords.memories.map(({ why }) => why.vector)]).toEqual(['keyword', [undefined]])
    expect([byMeaning.mode, byMeaning.memories[0]?.why.keyword]).toEqual(['vector', undefined])
  })

  test('leaves out what scores less than asked, and is never longer than asked', async () => {
    const parts = await open()
    for (let i = 0; i < 30; i += 1) await parts.writer.store(draft(`note ${i} about billing`), alice)
    await parts.indexer.settled()
    expect((await parts.search.search(searchFor('billing', { limit: 7 }), alice)).memories).toHaveLength(7)
    expect((await parts.search.search(searchFor('billing', { min_score: 1 }), alice)).memories).toEqual([])
  })

  test('shows only what the scope may see, and with include_shared false only its own', async () => {
    const parts = await open()
    await fill(parts)
    await parts.writer.store(draft('billing for everybody', { access_level: 'public' }), bob)
    await parts.indexer.settled()
    const contents = async (scope: typeof alice, more = {}) =>
      (await parts.search.search(searchFor('billing', more), scope)).memories.map(({ content }) => content).toSorted()
    expect(await contents(bob)).toEqual(['billing for everybody'])
    expect(await contents(alice, { include_shared: false })).not.toContain('billing for everybody')
    expect(await contents(owner)).toHaveLength(3)
  })

  test('leaves out what was superseded, unless asked', async () => {
    const parts = await open()
    const old = (await parts.writer.store(draft('the limit is ten'), alice)).memory.id
    await parts.writer.store(draft('the limit is twenty', { links: [{ to: old, kind: 'supersedes' }] }), alice)
    await parts.indexer.settled()
    expect((await parts.search.search(searchFor('limit'), alice)).memories.map(({ content }) => content)).toEqual(['the limit is twenty'])
    expect((await parts.search.search(searchFor('limit', { include_superseded: true }), alice)).memories).toHaveLength(2)
  })

  test.each(['', '"', '*', 'AND OR NOT', "'; DROP TABLE memories; --", 'a:b', '(', '日本語', '🌊', '\u200B', '-', 'NEAR(a b)', '^x', '%'])(
    'the question %j harms nothing',
    async (query) => {
      const parts = await open()
      await fill(parts)
      const answer = await parts.search.search({ ...searchFor('x'), query }, alice)
      expect(Array.isArray(answer.memories)).toBe(true)
      expect(await parts.reader.count(alice)).toBe(2)
    },
  )
})

describe('a search that works less well says so', () => {
  test.each<[EmbedderState, string]>([
    [{ status: 'off' }, 'Search by meaning is switched off; results match words only.'],
    [{ status: 'loading' }, 'The embedding model is still loading; results match words only.'],
    [
      { status: 'failed', message: 'The model file is damaged; build it again.' },
      'Search by meaning does not work: The model file is damaged; build it again. Results match words only.',
    ],
  ])('%j', async (state, sentence) => {
    const parts = await open(inState(state))
    await fill(parts)
    for (const mode of ['hybrid', 'vector'] as const) {
      const answer = await parts.search.search(searchFor('billing', { mode }), alice)
      expect([answer.mode, answer.degraded, answer.memories.length]).toEqual(['keyword', sentence, 1])
    }
    expect((await parts.search.search(searchFor('billing', { mode: 'keyword' }), alice)).degraded).toBeUndefined()
  })

  test('when the question cannot be embedded', async () => {
    const parts = await open({ ...createHashEmbedder(), embedQuery: () => Promise.reject(new Error('out of memory')) })
    await fill(parts)
    expect(await parts.search.search(searchFor('billing'), alice)).toMatchObject({
      mode: 'keyword',
      degraded: 'The question could not be embedded (out of memory); results match words only.',
    })
  })

  test('when the model is too busy, after two seconds', async () => {
    const parts = await open({
      ...createHashEmbedder(),
      embedQuery: (_text, signal) => new Promise((_, reject) => signal?.addEventListener('abort', () => reject(new Error('aborted')))),
    })
    await fill(parts)
    const start = performance.now()
    const answer = await parts.search.search(searchFor('billing'), alice)
    expect([answer.degraded, answer.memories.length]).toEqual([
      'The question could not be embedded (the model is too busy); results match words only.',
      1,
    ])
    expect(performance.now() - start).toBeLessThan(3_000)
  })

  test('while some memories have no vectors yet', async () => {
    const hash = createHashEmbedder()
    const parts = await open({ ...hash, embedTexts: () => Promise.reject(new AppError('unavailable', 'later')) })
    await fill(parts)
    expect((await parts.search.search(searchFor('billing'), alice)).degraded).toBe(
      'Some memories are not yet indexed by meaning; they are found by words only.',
    )
    expect((await parts.search.search(searchFor('billing'), bob)).degraded).toBeUndefined()
  })
})

test('a cancelled search ends with the reason of the cancel', async () => {
  const parts = await open({
    ...createHashEmbedder(),
    embedQuery: (_text, signal) => new Promise((_, reject) => signal?.addEventListener('abort', () => reject(new Error('aborted')))),
  })
  const abort = new AbortController()
  const answer = parts.search.search(searchFor('x'), alice, abort.signal)
  abort.abort(new Error('the client left'))
  await expect(answer).rejects.toThrow('the client left')
})
