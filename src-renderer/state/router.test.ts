import { expect, test } from 'vitest'
import { formatRoute, parseRoute } from './router.ts'

test.each([
  ['', { screen: 'overview' }],
  ['#/overview', { screen: 'overview' }],
  ['#/nowhere', { screen: 'overview' }],
  ['#/memories', { screen: 'memories' }],
  ['#/memories/0199-a', { screen: 'memories', id: '0199-a' }],
] as const)('%j leads to its screen', (hash, route) => {
  expect(parseRoute(hash)).toEqual(route)
})

test('an address leads back to where it was made', () => {
  const route = { screen: 'memories', id: 'a/b ?' } as const
  expect(parseRoute(formatRoute(route))).toEqual(route)
})
