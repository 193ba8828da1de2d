import { expect, test } from 'vitest'
import { fakeMemory } from '../state/fake-server-client.ts'
import { updateOf } from './bulk-change.ts'

const memory = fakeMemory('a', { tags: ['x', 'y'], importance: 0.5, access_level: 'team', pinned: true })

test.each([
  [{ kind: 'add-tag', tag: 'z' }, { tags: ['x', 'y', 'z'] }],
  [{ kind: 'add-tag', tag: 'x' }, undefined],
  [{ kind: 'remove-tag', tag: 'x' }, { tags: ['y'] }],
  [{ kind: 'remove-tag', tag: 'z' }, undefined],
  [{ kind: 'importance', importance: 0.9 }, { importance: 0.9 }],
  [{ kind: 'importance', importance: 0.5 }, undefined],
  [{ kind: 'level', level: 'public' }, { access_level: 'public' }],
  [{ kind: 'level', level: 'team' }, undefined],
  [{ kind: 'pin', pinned: false }, { pinned: false }],
  [{ kind: 'pin', pinned: true }, undefined],
] as const)('%j sends %j', (change, update) => {
  expect(updateOf(memory, change)).toEqual(update)
})
