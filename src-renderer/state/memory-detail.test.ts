import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ServerError } from '../api/server-error.ts'
import { draftOf } from '../model/memory-draft.ts'
import { fakeMemory, fakeServerClient } from './fake-server-client.ts'
import { MemoryDetail } from './memory-detail.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

const noRest = {
  getHistory: (id: string) => Promise.resolve({ memory_id: id, history: [] }),
  getLinks: (id: string) => Promise.resolve({ memory_id: id, outgoing: [], incoming: [] }),
}

test('walking through a list reads only the history of the one that one stays at', async () => {
  const { client, calls } = fakeServerClient(noRest)
  const detail = new MemoryDetail(client)
  for (const id of ['a', 'b', 'c']) detail.open(id, fakeMemory(id))
  await vi.advanceTimersByTimeAsync(500)
  expect(calls).toEqual([
    ['getHistory', 'c'],
    ['getLinks', 'c'],
  ])
})

test('a memory that is not there is missing, not failed', async () => {
  const { client } = fakeServerClient({ ...noRest, getMemory: () => Promise.reject(new ServerError('not_found', 'No such memory.')) })
  const detail = new MemoryDetail(client)
  detail.open('gone')
  await vi.advanceTimersByTimeAsync(0)
  expect(detail.store.getState().status).toBe('missing')
})

test('what was typed is there again after a look at another memory', () => {
  const detail = new MemoryDetail(fakeServerClient(noRest).client)
  const memory = fakeMemory('a')
  const draft = { ...draftOf(memory), content: 'half a sent' }
  detail.open('a', memory)
  detail.edit()
  detail.keepDraft(draft)
  detail.open('b', fakeMemory('b'))
  expect(detail.store.getState().isEditing).toBe(false)
  detail.open('a', memory)
  expect(detail.store.getState()).toMatchObject({ isEditing: true, draft })
  detail.stopEditing()
  detail.close()
  detail.open('a', memory)
  expect(detail.store.getState().isEditing).toBe(false)
})
