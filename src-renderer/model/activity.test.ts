import { expect, test } from 'vitest'
import type { CallEvent, ServerEvent } from '../api/types.ts'
import { fakeMemory, storedEvent } from '../state/fake-server-client.ts'
import { MOST_ROWS, addActivity, addEarlier } from './activity.ts'

const call = (changes: Partial<CallEvent> = {}): ServerEvent => ({
  type: 'call-answered',
  at: '2026-11-20T10:00:00.000Z',
  session_id: 's',
  agent_id: 'cursor',
  namespace: 'acme',
  transport: 'bridge',
  tool: 'semantic_search',
  ok: true,
  duration_ms: 2,
  ...changes,
})

test('like things in quick succession share a line', () => {
  const rows = addActivity([], [storedEvent('a'), call(), storedEvent('b'), storedEvent('c')], 'owner')
  expect(rows.map(({ kind, count, memoryId }) => [kind, count, memoryId])).toEqual([
    ['called', 1, undefined],
    ['stored', 3, 'c'],
  ])
})

test('a line keeps its key while it counts up, so that it does not slide in again', () => {
  const first = addActivity([], [call()], 'owner')
  const second = addActivity(first, [call()], 'owner')
  expect(second.map(({ key, count }) => [key, count])).toEqual([[first[0]!.key, 2]])
})

test('the same a minute later is a new line', () => {
  const rows = addActivity([], [call(), call({ at: '2026-11-20T10:01:00.000Z' })], 'owner')
  expect(rows).toHaveLength(2)
})

test('a write is told once: by its memory, unless it failed', () => {
  const rows = addActivity([], [call({ tool: 'store_memory' }), call({ tool: 'update_memory', ok: false })], 'owner')
  expect(rows.map(({ kind, tool }) => [kind, tool])).toEqual([['failed', 'update_memory']])
})

test('the calls of this page are no news', () => {
  expect(addActivity([], [call({ agent_id: 'owner' })], 'owner')).toEqual([])
})

test('however much happens, the list is bounded', () => {
  const events = Array.from({ length: 2000 }, (_, n) => storedEvent(`m${n}`, `agent-${n}`))
  expect(addActivity([], events, 'owner')).toHaveLength(MOST_ROWS)
})

test('what was stored before the page opened stands below, and only once', () => {
  const rows = addActivity([], [storedEvent('a')], 'owner')
  const all = addEarlier(rows, [fakeMemory('a'), fakeMemory('b')])
  expect(all.map(({ memoryId, isOld }) => [memoryId, isOld])).toEqual([
    ['a', undefined],
    ['b', true],
  ])
})
