import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { ListPage, SearchResult } from '../api/types.ts'
import { fakeMemory, fakeServerClient } from './fake-server-client.ts'
import { MemoryList } from './memory-list.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

const page = (ids: readonly string[], next?: string): ListPage => {
  return { memories: ids.map((id) => fakeMemory(id)), total: 3, ...(next === undefined ? {} : { next_cursor: next }) }
}
const ids = (list: MemoryList) => list.store.getState().items.map((memory) => memory.id)

test('pages follow each other without doubles', async () => {
  const { client, calls } = fakeServerClient({
    listMemories: ({ cursor }) => Promise.resolve(cursor === undefined ? page(['a', 'b'], 'next') : page(['b', 'c'])),
  })
  const list = new MemoryList(client)
  await list.load()
  await list.loadMore()
  await list.loadMore()
  expect(ids(list)).toEqual(['a', 'b', 'c'])
  expect(calls).toEqual([
    ['listMemories', { limit: 100, sort: 'newest' }],
    ['listMemories', { limit: 100, sort: 'newest', cursor: 'next' }],
  ])
})

test('a search waits for the typing to rest, and only its last words are asked', async () => {
  const result: SearchResult = { query: 'deploy', mode: 'keyword', count: 0, memories: [], degraded: 'No model.' }
  const { client, calls } = fakeServerClient({ searchMemories: () => Promise.resolve(result) })
  const list = new MemoryList(client)
  for (const query of ['d', 'de', 'deploy ']) list.setQuery(query)
  await vi.advanceTimersByTimeAsync(200)
  expect(calls).toEqual([['searchMemories', { query: 'deploy', limit: 50, min_score: 0.1 }]])
  expect(list.store.getState()).toMatchObject({ answered: 'deploy', degraded: 'No model.', status: 'ready', isRefreshing: false })
})

test('an answer that comes late does not replace a newer one', async () => {
  const answers: ((value: ListPage) => void)[] = []
  const { client } = fakeServerClient({ listMemories: () => new Promise((resolve) => answers.push(resolve)) })
  const list = new MemoryList(client)
  const first = list.load()
  const second = list.load()
  answers[1]!(page(['new']))
  answers[0]!(page(['old']))
  await Promise.all([first, second])
  expect(ids(list)).toEqual(['new'])
})

test('a failure keeps what is shown and says why', async () => {
  let isDown = false
  const { client } = fakeServerClient({ listMemories: () => (isDown ? Promise.reject(new Error('Down.')) : Promise.resolve(page(['a']))) })
  const list = new MemoryList(client)
  await list.load()
  isDown = true
  await list.load()
  expect(list.store.getState()).toMatchObject({ status: 'ready', error: 'Down.' })
  expect(ids(list)).toEqual(['a'])
})

test('a patch brings newer versions and leaves older ones out', async () => {
  const { client } = fakeServerClient({ listMemories: () => Promise.resolve(page(['a', 'b'])) })
  const list = new MemoryList(client)
  await list.load()
  list.patch([fakeMemory('a', { version: 3, content: 'newest' }), fakeMemory('x')])
  list.patch([fakeMemory('a', { version: 2, content: 'late' })])
  expect(list.find('a')).toMatchObject({ version: 3, content: 'newest' })
  expect(ids(list)).toEqual(['a', 'b'])
})
