import { expect, test } from 'vitest'
import { ServerError } from '../api/server-error.ts'
import type { ServerClient } from '../api/server-client.ts'
import { fakeMemory, fakeServerClient } from './fake-server-client.ts'
import { MemoryActions } from './memory-actions.ts'
import { MemoryDetail } from './memory-detail.ts'
import { MemoryList } from './memory-list.ts'
import { MemoryRelations } from './memory-relations.ts'
import { Toasts } from './toasts.ts'

function open(answers: Partial<ServerClient>) {
  const { client, calls } = fakeServerClient(answers)
  const toasts = new Toasts()
  const actions = new MemoryActions(client, new MemoryList(client), new MemoryDetail(client), toasts)
  return { calls, toasts, actions, relations: new MemoryRelations(client, actions) }
}
const ID = '0199aaaa-0000-7000-8000-00000000000a'

test('a link is added to those that are there, taken away alone, and both are undone', async () => {
  const { relations, actions, calls } = open({
    updateMemory: (id) => Promise.resolve(fakeMemory(id, { version: 8 })),
    restoreMemory: (id) => Promise.resolve(fakeMemory(id, { version: 9 })),
  })
  const memory = fakeMemory('a', { version: 7, links: [{ to: 'b', kind: 'causes' }] })
  expect(await relations.link(memory, { to: 'c', kind: 'supersedes' })).toEqual({ kind: 'saved' })
  await actions.undo()
  await relations.unlink(memory, { to: 'b', kind: 'causes' })
  await actions.undo()
  const added = [
    { to: 'b', kind: 'causes' },
    { to: 'c', kind: 'supersedes' },
  ]
  expect(calls).toEqual([
    ['updateMemory', 'a', { links: added, expected_version: 7 }],
    ['restoreMemory', 'a', 7],
    ['updateMemory', 'a', { links: [], expected_version: 7 }],
    ['restoreMemory', 'a', 7],
  ])
})

test('a link to a memory that has moved on is a conflict, and nothing is said to be done', async () => {
  const { relations, toasts } = open({ updateMemory: () => Promise.reject(new ServerError('conflict', 'It has moved on.')) })
  expect(await relations.link(fakeMemory('a'), { to: 'c', kind: 'relates' })).toMatchObject({ kind: 'conflict' })
  expect(toasts.store.getState()).toEqual([])
})

test('a grant undone goes back to just before it: what somebody else did since the page was read stays', async () => {
  const { relations, actions, calls } = open({
    shareMemory: (id) => Promise.resolve(fakeMemory(id, { version: 6 })),
    restoreMemory: (id) => Promise.resolve(fakeMemory(id, { version: 7 })),
  })
  await relations.share(fakeMemory('a', { version: 3 }), { agent_id: 'reviewer', permission: 'write' })
  await actions.undo()
  await relations.unshare(fakeMemory('a', { version: 3 }), 'reviewer')
  expect(calls).toEqual([
    ['shareMemory', 'a', { shared_with: [{ agent_id: 'reviewer', permission: 'write' }] }],
    ['restoreMemory', 'a', 5],
    ['shareMemory', 'a', { remove: ['reviewer'] }],
  ])
})

test('what a link could lead to is found by what is typed, by a whole id, or is what changed last', async () => {
  const { relations, calls } = open({
    searchMemories: () => Promise.resolve({ query: '', mode: 'hybrid', count: 0, memories: [] }),
    listMemories: () => Promise.resolve({ memories: [fakeMemory('a')], total: 1 }),
    getMemory: (id) => Promise.resolve(fakeMemory(id)),
  })
  await relations.find(' printer ')
  expect(await relations.find('  ')).toMatchObject([{ id: 'a' }])
  expect(await relations.find(ID)).toMatchObject([{ id: ID }])
  expect(calls.map(([name, input]) => [name, typeof input === 'object' ? Object.keys(input as object) : input])).toEqual([
    ['searchMemories', ['query', 'limit', 'min_score', 'include_superseded']],
    ['listMemories', ['sort', 'limit']],
    ['getMemory', ID],
  ])
})
