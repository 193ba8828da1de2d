import { expect, test } from 'vitest'
import type { Task } from '../api/types.ts'
import { columnOf, edgesOf, isLate, relatedTo } from './task-board.ts'

const NOW = Date.parse('2026-11-20T12:00:00.000Z')

function task(id: string, changes: Partial<Task> = {}): Task {
  return {
    id,
    title: id,
    type: 'general',
    status: 'pending',
    priority: 'medium',
    progress: 0,
    created_by: 'a',
    dependencies: [],
    namespace: 'n',
    notes: [],
    retry_count: 0,
    version: 1,
    created_at: '2026-11-20T10:00:00.000Z',
    updated_at: '2026-11-20T10:00:00.000Z',
    ...changes,
  }
}

test('open work comes by urgency, then by its date; ended work by its end', () => {
  const tasks = [
    task('low', { priority: 'low' }),
    task('late', { due_at: '2026-11-19T10:00:00.000Z' }),
    task('some'),
    task('now', { priority: 'critical' }),
    task('done-1', { status: 'completed', updated_at: '2026-11-20T10:00:00.000Z' }),
    task('done-2', { status: 'completed', updated_at: '2026-11-20T11:00:00.000Z' }),
  ]
  expect(columnOf(tasks, 'pending').map(({ id }) => id)).toEqual(['now', 'late', 'some', 'low'])
  expect(columnOf(tasks, 'completed').map(({ id }) => id)).toEqual(['done-2', 'done-1'])
})

test('only open work is late', () => {
  const due_at = '2026-11-20T11:00:00.000Z'
  expect([isLate(task('a', { due_at }), NOW), isLate(task('a', { due_at, status: 'completed' }), NOW), isLate(task('a'), NOW)]).toEqual([
    true,
    false,
    false,
  ])
})

test('what belongs together is known in both directions, and only of what is shown', () => {
  const tasks = [task('first'), task('second', { dependencies: ['first', 'gone'] }), task('third', { dependencies: ['second'] })]
  expect([...relatedTo(tasks, 'second')].toSorted()).toEqual(['first', 'gone', 'second', 'third'])
  expect(edgesOf(tasks, 'second')).toEqual([
    { from: 'first', to: 'second' },
    { from: 'second', to: 'third' },
  ])
})
