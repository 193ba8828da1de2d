import { expect, test } from 'vitest'
import { MemorySelection } from './memory-selection.ts'

const ORDER = ['a', 'b', 'c', 'd', 'e']

test('ticks one by one and in ranges, in both directions', () => {
  const selection = new MemorySelection()
  selection.toggle('b', ORDER)
  selection.toggle('d', ORDER, true)
  expect([...selection.store.getState().ids]).toEqual(['b', 'c', 'd'])
  selection.toggle('c', ORDER)
  expect([...selection.store.getState().ids]).toEqual(['b', 'd'])
  selection.toggle('a', ORDER, true)
  expect([...selection.store.getState().ids].toSorted()).toEqual(['a', 'b', 'c', 'd'])
})

test('forgets what has left the list', () => {
  const selection = new MemorySelection()
  selection.set(ORDER)
  selection.keepOnly(new Set(['b', 'x']))
  expect([...selection.store.getState().ids]).toEqual(['b'])
})
