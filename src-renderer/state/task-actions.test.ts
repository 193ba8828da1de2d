import { QueryClient, QueryObserver } from '@tanstack/react-query'
import { expect, test } from 'vitest'
import { CoordinationApi } from '../api/coordination-api.ts'
import type { Requester } from '../api/request.ts'
import type { Task } from '../api/types.ts'
import { TaskActions } from './task-actions.ts'
import { Toasts } from './toasts.ts'

const TASK: Task = {
  id: '0199-a',
  title: 'Water the plants',
  type: 'task',
  status: 'pending',
  priority: 'medium',
  progress: 0,
  created_by: 'owner',
  dependencies: [],
  namespace: 'shop',
  notes: [],
  retry_count: 0,
  version: 1,
  created_at: '2026-11-20T10:00:00.000Z',
  updated_at: '2026-11-20T10:00:00.000Z',
}

test('a deleted task is not asked for again while its pane is still open, the list is, and undo makes it anew', async () => {
  const sent: string[] = []
  const requester: Requester = {
    raw: () => Promise.reject(new Error('not used')),
    get: (path) => (sent.push(`GET ${path}`), Promise.resolve({ tasks: [], task: TASK } as never)),
    send: (method, path) => (sent.push(`${method} ${path}`), Promise.resolve({ task: TASK } as never)),
    upload: () => Promise.reject(new Error('not used')),
  }
  const api = new CoordinationApi(requester)
  const queries = new QueryClient()
  const toasts = new Toasts()
  const actions = new TaskActions(api, queries, toasts)
  const watch = (queryKey: readonly string[], queryFn: () => Promise<unknown>) =>
    new QueryObserver(queries, { queryKey, queryFn, staleTime: Infinity }).subscribe(() => undefined)
  const stops = [watch(['tasks'], () => api.tasks({})), watch(['tasks', TASK.id], () => api.task(TASK.id))]
  await expect.poll(() => sent.length).toBe(2)
  sent.length = 0
  expect(await actions.delete(TASK)).toBe(true)
  await expect.poll(() => sent).toEqual([`DELETE /tasks/${TASK.id}`, 'GET /tasks'])
  await toasts.undo()
  expect(sent).toContain('POST /tasks')
  for (const stop of stops) stop()
})
