import { expect, test } from 'vitest'
import { fakeMemory } from '../state/fake-server-client.ts'
import { candidatesFor, endingAt, grantees } from './memory-sharing.ts'

const NOW = Date.parse('2026-11-20T10:00:00.000Z')
const shares = [
  { agent_id: 'reviewer', permission: 'read' as const },
  { agent_id: 'gone', permission: 'write' as const, expires_at: '2026-11-20T09:59:59.000Z' },
  { agent_id: 'guest', permission: 'read' as const, expires_at: '2026-11-20T11:00:00.000Z' },
]

test('only grants that have not ended let somebody in, and only where the level is shared', () => {
  expect(grantees(fakeMemory('a', { access_level: 'shared', shared_with: shares }), NOW)).toEqual(['reviewer', 'guest'])
  expect(grantees(fakeMemory('a', { access_level: 'team', shared_with: shares }), NOW)).toEqual([])
})

test('neither the owner nor who has a grant can be added again', () => {
  const memory = fakeMemory('a', { agent_id: 'writer', shared_with: shares })
  expect(candidatesFor(memory, ['writer', 'reviewer', 'Scout', 'tester'], '')).toEqual(['Scout', 'tester'])
  expect(candidatesFor(memory, ['writer', 'reviewer', 'Scout', 'tester'], ' sc')).toEqual(['Scout'])
})

test('a grant gets an end and loses it', () => {
  expect(endingAt(shares[0]!, NOW)).toEqual({ agent_id: 'reviewer', permission: 'read', expires_at: '2026-11-20T10:00:00.000Z' })
  expect(endingAt(shares[2]!, undefined)).toEqual({ agent_id: 'guest', permission: 'read' })
})
