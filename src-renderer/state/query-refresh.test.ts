import { QueryClient, QueryObserver } from '@tanstack/react-query'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { ServerEvent } from '../api/types.ts'
import { QueryRefresh } from './query-refresh.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const taskEvent: ServerEvent = {
  type: 'task-created',
  at: '2026-11-20T10:00:00.000Z',
  task_id: '0199',
  by: 'researcher',
  namespace: 'acme',
  status: 'pending',
}

test('a burst of events asks once for what they made old, and for nothing else', async () => {
  const queries = new QueryClient()
  const asked: string[] = []
  const watch = (family: string) =>
    new QueryObserver(queries, {
      queryKey: [family],
      queryFn: () => (asked.push(family), Promise.resolve(1)),
      staleTime: Infinity,
    }).subscribe(() => undefined)
  const stops = [watch('tasks'), watch('sessions')]
  await vi.advanceTimersByTimeAsync(10)
  expect(asked).toEqual(['tasks', 'sessions'])

  const refresh = new QueryRefresh(queries)
  for (let index = 0; index < 500; index += 1) refresh.apply([taskEvent])
  await vi.advanceTimersByTimeAsync(1100)
  expect(asked).toEqual(['tasks', 'sessions', 'tasks'])

  refresh.refreshAll()
  await vi.advanceTimersByTimeAsync(10)
  expect(asked).toEqual(['tasks', 'sessions', 'tasks', 'tasks', 'sessions'])
  for (const stop of stops) stop()
})
