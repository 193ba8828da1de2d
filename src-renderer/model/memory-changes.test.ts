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
