import { expect, test } from 'vitest'
import { NO_FILTERS, countFilters, listInputOf, searchInputOf } from './memory-filters.ts'

const NOW = Date.parse('2026-11-22T12:00:30.500Z')

test('no filter asks for nothing but the page', () => {
  expect(listInputOf(NO_FILTERS, 'newest', NOW)).toEqual({ limit: 100, sort: 'newest' })
})

test('each filter is a parameter of the API', () => {
  const filters = {
    agentId: 'a',
    namespace: 'n',
    tags: ['x', 'y'],
    tagMatch: 'all',
    minImportance: 0.8,
    since: 'week',
    level: 'team',
    isTrash: true,
  } as const
  const shared = {
    agent_id: 'a',
    namespace: 'n',
    tags: ['x', 'y'],
    tag_match: 'all',
    min_importance: 0.8,
    since: '2026-11-15T12:00:00.000Z',
  }
  expect(listInputOf(filters, 'oldest', NOW, 'c')).toEqual({
    limit: 100,
    sort: 'oldest',
    cursor: 'c',
    ...shared,
    access_level: 'team',
    trash: true,
  })
  expect(searchInputOf('q', filters, true, NOW)).toEqual({ query: 'q', limit: 50, ...shared })
  expect(countFilters(filters)).toBe(7)
})
