import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { fakeMemory, fakeServerClient, storedEvent } from './fake-server-client.ts'
import { LiveList, MOST_NEW } from './live-list.ts'
import { MemoryList } from './memory-list.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

function openList() {
  const memories = [fakeMemory('a')]
  const { client, calls } = fakeServerClient({ listMemories: () => Promise.resolve({ memories: [...memories], total: memories.length }) })
  const list = new MemoryList(client)
  return { memories, calls, list, live: new LiveList(list) }
}

test('new memories come in by themselves, once a second at most', async () => {
  const { memories, calls, list, live } = openList()
  await list.load()
  memories.unshift(fakeMemory('b'))
  for (let n = 0; n < 20; n += 1) live.apply([storedEvent('b')])
  await vi.advanceTimersByTimeAsync(1000)
  expect(calls).toHaveLength(2)
  expect(list.store.getState()).toMatchObject({ freshIds: new Set(['b']), newIds: new Set() })
  expect(list.store.getState().items.map((memory) => memory.id)).toEqual(['b', 'a'])
})

test('while one reads they wait, bounded, and come when asked', async () => {
  const { calls, list, live } = openList()
  await list.load()
  live.setBusy(true)
  live.apply(Array.from({ length: 5000 }, (_, n) => storedEvent(`m${n}`)))
  await vi.advanceTimersByTimeAsync(5000)
  expect(calls).toHaveLength(1)
  expect(list.store.getState().newIds.size).toBe(MOST_NEW + 1)
  live.showNew()
  await vi.advanceTimersByTimeAsync(0)
  expect(list.store.getState().newIds.size).toBe(0)
})

test('what the filters leave out is not announced', async () => {
  const { list, live } = openList()
  await list.load()
  live.setBusy(true)
  list.store.setState(({ filters }) => ({ filters: { ...filters, agentId: 'cursor' } }))
  live.apply([storedEvent('b', 'researcher'), storedEvent('c', 'cursor')])
  expect([...list.store.getState().newIds]).toEqual(['c'])
})

test('a memory that was moved to the trash leaves the list at once', async () => {
  const { list, live } = openList()
  await list.load()
  live.setBusy(true)
  live.apply([
    {
      type: 'memory-deleted',
      at: '2026-11-20T10:00:00.000Z',
      memory_id: 'a',
      by: 'cursor',
      agent_id: 'x',
      namespace: 'y',
      access_level: 'team',
    },
  ])
  expect(list.store.getState()).toMatchObject({ items: [], total: 0 })
})

test('lost events reload the list, but not under a reader', async () => {
  const { calls, list, live } = openList()
  await list.load()
  live.setBusy(true)
  live.reload()
  expect(list.store.getState().isStale).toBe(true)
  expect(calls).toHaveLength(1)
  live.setBusy(false)
  live.reload()
  await vi.advanceTimersByTimeAsync(0)
  expect(calls).toHaveLength(2)
})
