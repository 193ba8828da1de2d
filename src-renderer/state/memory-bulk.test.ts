import { expect, test } from 'vitest'
import type { ServerClient } from '../api/server-client.ts'
import { ServerError } from '../api/server-error.ts'
import { fakeMemory, fakeServerClient } from './fake-server-client.ts'
import { MemoryBulk } from './memory-bulk.ts'
import { MemoryDetail } from './memory-detail.ts'
import { MemoryList } from './memory-list.ts'
import { Toasts } from './toasts.ts'

function openBulk(answers: Partial<ServerClient>) {
  const { client, calls } = fakeServerClient({ listMemories: () => Promise.resolve({ memories: [], total: 0 }), ...answers })
  const toasts = new Toasts()
  const list = new MemoryList(client)
  return { calls, toasts, list, bulk: new MemoryBulk(client, list, new MemoryDetail(client), toasts) }
}
const messages = (toasts: Toasts) => toasts.store.getState().map((toast) => toast.message)

test('changes those that are not like that yet, and undoes them together', async () => {
  const { bulk, calls, toasts } = openBulk({
    updateMemory: (id) => Promise.resolve(fakeMemory(id, { version: 4 })),
    restoreMemory: (id) => Promise.resolve(fakeMemory(id, { version: 5 })),
  })
  await bulk.change([fakeMemory('a', { version: 3 }), fakeMemory('b', { tags: ['new'] }), fakeMemory('c')], { kind: 'add-tag', tag: 'new' })
  expect(calls).toEqual([
    ['updateMemory', 'a', { tags: ['new'], expected_version: 3 }],
    ['updateMemory', 'c', { tags: ['new'], expected_version: 1 }],
  ])
  expect(messages(toasts)).toEqual(['2 memories changed'])
  expect(bulk.store.getState()).toEqual({})
  await toasts.undo()
  expect(calls.slice(2, 4)).toEqual([
    ['restoreMemory', 'a', 3],
    ['restoreMemory', 'c', 1],
  ])
})

test('what fails is counted and told; the rest is done and leaves the list', async () => {
  const { bulk, toasts, list } = openBulk({
    deleteMemory: (id) => (id === 'b' ? Promise.reject(new ServerError('not_found', 'It is gone.')) : Promise.resolve()),
  })
  const memories = ['a', 'b', 'c'].map((id) => fakeMemory(id))
  list.store.setState({ items: memories, total: 3 })
  await bulk.moveToTrash(memories)
  expect(list.store.getState().items.map(({ id }) => id)).toEqual(['b'])
  expect(messages(toasts)).toEqual(['1 could not be changed: It is gone.', '2 memories moved to the trash'])
})

test('never has more than a few requests under way', async () => {
  let underWay = 0
  let most = 0
  const { bulk } = openBulk({
    deleteMemory: async () => {
      underWay += 1
      most = Math.max(most, underWay)
      await new Promise((resolve) => setTimeout(resolve, 1))
      underWay -= 1
    },
  })
  await bulk.moveToTrash(Array.from({ length: 20 }, (_none, at) => fakeMemory(String(at))))
  expect(most).toBe(4)
})
