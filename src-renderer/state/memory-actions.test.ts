import { expect, test } from 'vitest'
import { ServerError } from '../api/server-error.ts'
import type { ServerClient } from '../api/server-client.ts'
import { fakeMemory, fakeServerClient } from './fake-server-client.ts'
import { MemoryActions } from './memory-actions.ts'
import { MemoryDetail } from './memory-detail.ts'
import { MemoryList } from './memory-list.ts'
import { Toasts } from './toasts.ts'

function openActions(answers: Partial<ServerClient>) {
  const { client, calls } = fakeServerClient({ listMemories: () => Promise.resolve({ memories: [], total: 0 }), ...answers })
  const toasts = new Toasts()
  const list = new MemoryList(client)
  return { calls, toasts, list, actions: new MemoryActions(client, list, new MemoryDetail(client), toasts) }
}
const messages = (toasts: Toasts) => toasts.store.getState().map((toast) => toast.message)

test('an edit is undone by going back to the version before', async () => {
  const { actions, calls, toasts } = openActions({
    updateMemory: (id) => Promise.resolve(fakeMemory(id, { version: 5 })),
    restoreMemory: (id) => Promise.resolve(fakeMemory(id, { version: 6 })),
  })
  expect(await actions.save(fakeMemory('a', { version: 4 }), { content: 'new' })).toEqual({ kind: 'saved' })
  await actions.undo()
  expect(calls).toEqual([
    ['updateMemory', 'a', { content: 'new', expected_version: 4 }],
    ['restoreMemory', 'a', 4],
  ])
  expect(messages(toasts)).toEqual(['Undone'])
})

test('the trash is undone without a version', async () => {
  const { actions, calls } = openActions({ deleteMemory: () => Promise.resolve(), restoreMemory: (id) => Promise.resolve(fakeMemory(id)) })
  await actions.moveToTrash(fakeMemory('a'))
  await actions.undo()
  expect(calls.slice(0, 2)).toEqual([
    ['deleteMemory', 'a'],
    ['restoreMemory', 'a'],
  ])
})

test('undo goes back one change at a time, then says that there is none', async () => {
  const { actions, calls, toasts } = openActions({
    deleteMemory: () => Promise.resolve(),
    restoreMemory: (id) => Promise.resolve(fakeMemory(id)),
  })
  await actions.moveToTrash(fakeMemory('a'))
  await actions.moveToTrash(fakeMemory('b'))
  await actions.undo()
  await actions.undo()
  await actions.undo()
  expect(calls.filter(([name]) => name === 'restoreMemory').map(([, id]) => id)).toEqual(['b', 'a'])
  expect(messages(toasts).at(-1)).toBe('Nothing to undo')
})

test('a change by someone else is a conflict, not an overwrite', async () => {
  const { actions, toasts } = openActions({ updateMemory: () => Promise.reject(new ServerError('conflict', 'It has moved on.')) })
  expect(await actions.save(fakeMemory('a'), { content: 'mine' })).toEqual({ kind: 'conflict', message: 'It has moved on.' })
  expect(messages(toasts)).toEqual([])
})

test('a failure is told and leaves the list as it is', async () => {
  const { actions, toasts, list } = openActions({
    deleteMemory: () => Promise.reject(new ServerError('offline', 'The server does not answer.')),
  })
  list.store.setState({ items: [fakeMemory('a')], total: 1 })
  await actions.moveToTrash(fakeMemory('a'))
  expect(messages(toasts)).toEqual(['That did not work: The server does not answer.'])
  expect(list.store.getState().total).toBe(1)
})
