import { expect, test } from 'vitest'
import type { HistoryEntry } from '../api/types.ts'
import { fakeMemory } from '../state/fake-server-client.ts'
import { versionChanges } from './history-changes.ts'
import { changesOf, draftOf } from './memory-draft.ts'

test('only what differs is saved', () => {
  const memory = fakeMemory('a', { tags: ['x'] })
  expect(changesOf(memory, draftOf(memory))).toEqual({})
  expect(changesOf(memory, { ...draftOf(memory), tags: ['x', 'y'], level: 'public' })).toEqual({ tags: ['x', 'y'], access_level: 'public' })
})

test('each version is joined with what came of it', () => {
  const one = fakeMemory('a', { content: 'one' })
  const two = fakeMemory('a', { content: 'two', version: 2 })
  const three = fakeMemory('a', { content: 'two', version: 3, importance: 0.9 })
  const history: HistoryEntry[] = [
    { version: 3, action: 'updated', changed_at: '', changed_by: 'owner', before: two },
    { version: 2, action: 'updated', changed_at: '', changed_by: 'cursor', before: one },
    { version: 1, action: 'created', changed_at: '', changed_by: 'cursor' },
  ]
  const told = versionChanges(history, three).map(({ before, after, fields }) => [before?.content, after?.content, fields])
  expect(told).toEqual([
    ['two', 'two', [{ field: 'importance', before: '0.5', after: '0.9' }]],
    ['one', 'two', []],
    [undefined, 'one', []],
  ])
})

test('a change of links and of grants is told in words', () => {
  const before = fakeMemory('a', { links: [{ to: '0199aaaa-0000-7000-8000-00000000000a', kind: 'supersedes' }] })
  const after = fakeMemory('a', { version: 2, access_level: 'shared', shared_with: [{ agent_id: 'reviewer', permission: 'write' }] })
  const [told] = versionChanges([{ version: 2, action: 'shared', changed_at: '', changed_by: 'owner', before }], after)
  expect(told?.fields).toEqual([
    { field: 'access_level', before: 'team', after: 'shared' },
    { field: 'shared_with', before: '', after: 'reviewer write' },
    { field: 'links', before: 'supersedes …0000000a', after: '' },
  ])
})
