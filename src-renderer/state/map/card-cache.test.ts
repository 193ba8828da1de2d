import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { MAX_CARDS } from '../../../src-main/contract/map-limits.ts'
import type { MemoryCard } from '../../api/map-api.ts'
import { CardCache } from './card-cache.ts'

const cardOf = (id: string): MemoryCard => ({
  id,
  text: `Text of ${id}`,
  agent_id: 'ada',
  namespace: 'acme',
  access_level: 'team',
  created_at: '2026-11-20T10:00:00.000Z',
})

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

function aCache(answer: (ids: readonly string[]) => Promise<readonly MemoryCard[]> = (ids) => Promise.resolve(ids.map(cardOf))) {
  const asked: (readonly string[])[] = []
  const cache = new CardCache({
    cards: (ids) => {
      asked.push(ids)
      return answer(ids)
    },
  })
  return { cache, asked }
}

test('what is wanted within a moment is asked for once, the last first', async () => {
  const { cache, asked } = aCache()
  cache.want(['a', 'b'])
  cache.want(['c', 'a'])
  await vi.runAllTimersAsync()
  expect(asked).toEqual([['c', 'a', 'b']])
  expect([...cache.store.getState().keys()].toSorted()).toEqual(['a', 'b', 'c'])
  cache.want(['a', 'd'])
  await vi.runAllTimersAsync()
  expect(asked.slice(1)).toEqual([['d']])
})

test('more than one request may hold come in several', async () => {
  const { cache, asked } = aCache()
  cache.want(Array.from({ length: MAX_CARDS + 5 }, (_, i) => `m${i}`))
  await vi.runAllTimersAsync()
  expect(asked.map(({ length }) => length)).toEqual([MAX_CARDS, 5])
})

test('what failed can be asked for again, and what was forgotten is asked for anew', async () => {
  let fails = true
  const { cache, asked } = aCache((ids) => (fails ? Promise.reject(new Error('away')) : Promise.resolve(ids.map(cardOf))))
  cache.want(['a'])
  await vi.runAllTimersAsync()
  fails = false
  cache.want(['a'])
  await vi.runAllTimersAsync()
  expect(cache.store.getState().get('a')?.text).toBe('Text of a')
  cache.forget()
  cache.want(['a'])
  await vi.runAllTimersAsync()
  expect(asked).toHaveLength(3)
})
