import { expect, test } from 'vitest'
import { outcomeOf } from './restore-outcome.ts'

test('a restore is told by what a person counts, without what hangs on it', () => {
  const kinds = {
    agent: { new: 0, unchanged: 2, replaced: 0, skipped: {} },
    memory: { new: 1, unchanged: 7, replaced: 2, skipped: { same_content: 1 } },
    history: { new: 3, unchanged: 9, replaced: 0, skipped: {} },
    task: { new: 0, unchanged: 0, replaced: 0, skipped: { conflict: 4 } },
  }
  expect(outcomeOf({ kinds })).toEqual({
    holds: [
      { kind: 'memory', count: 11 },
      { kind: 'task', count: 4 },
      { kind: 'agent', count: 2 },
    ],
    new: [{ kind: 'memory', count: 1 }],
    replaced: [{ kind: 'memory', count: 2 }],
    skipped: [
      { kind: 'memory', count: 1 },
      { kind: 'task', count: 4 },
    ],
    changes: true,
  })
  expect(outcomeOf({ kinds: { memory: { new: 0, unchanged: 1, replaced: 0, skipped: { conflict: 1 } } } }).changes).toBe(false)
})
