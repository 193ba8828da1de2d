import { describe, expect, test } from 'vitest'
import type { AccessLevel, Share } from './memory.ts'
import { canEdit, canManage, canRead, OWNER_SCOPE } from './scope.ts'
import type { AccessFacts, Scope } from './scope.ts'

const NOW = Date.parse('2026-11-22T10:00:00.000Z')
const agent = (agentId: string, namespace: string, isAdmin = false): Scope => ({ kind: 'agent', agentId, namespace, isAdmin })
const who: Record<string, Scope> = {
  owner: OWNER_SCOPE,
  alice: agent('alice', 'team-a'),
  'alice elsewhere': agent('alice', 'team-b'),
  'alice as admin': agent('alice', 'team-a', true),
  mate: agent('mate', 'team-a'),
  stranger: agent('stranger', 'team-b'),
  admin: agent('admin', 'team-b', true),
}
const facts = (level: AccessLevel, shares: Share[] = []): AccessFacts => ({
  agent_id: 'alice',
  namespace: 'team-a',
  access_level: level,
  shared_with: shares,
})

/** read, edit and manage as three letters; a dash where it may not. */
function rights(memory: AccessFacts, scope: Scope): string {
  return [canRead(memory, scope, NOW) ? 'r' : '-', canEdit(memory, scope, NOW) ? 'e' : '-', canManage(memory, scope) ? 'm' : '-'].join('')
}

const TABLE: Record<AccessLevel, Record<keyof typeof who, string>> = {
  private: { owner: 'rem', alice: 'rem', 'alice elsewhere': 'rem', 'alice as admin': 'rem', mate: '---', stranger: '---', admin: '---' },
  team: { owner: 'rem', alice: 'rem', 'alice elsewhere': 'rem', 'alice as admin': 'rem', mate: 'r--', stranger: '---', admin: '---' },
  shared: { owner: 'rem', alice: 'rem', 'alice elsewhere': 'rem', 'alice as admin': 'rem', mate: '---', stranger: '---', admin: '---' },
  public: { owner: 'rem', alice: 'rem', 'alice elsewhere': 'rem', 'alice as admin': 'rem', mate: 'r--', stranger: 'r--', admin: 'r--' },
  system: { owner: 'rem', alice: 'r--', 'alice elsewhere': 'r--', 'alice as admin': 'rem', mate: 'r--', stranger: 'r--', admin: 'r--' },
}

describe.each(Object.entries(TABLE))('a %s memory of alice', (level, row) => {
  test.each(Object.entries(row))('gives %s %s', (name, expected) => {
    expect(rights(facts(level as AccessLevel), who[name]!)).toBe(expected)
  })
})

describe('a grant', () => {
  const grant = (permission: 'read' | 'write', expiresAt?: string): Share[] => [
    { agent_id: 'stranger', permission, ...(expiresAt !== undefined && { expires_at: expiresAt }) },
  ]

  test.each<[string, AccessFacts, string]>([
    ['to read', facts('shared', grant('read')), 'r--'],
    ['to write', facts('shared', grant('write')), 're-'],
    ['that ends a moment later', facts('shared', grant('write', '2026-11-22T10:00:00.001Z')), 're-'],
    ['that ends now', facts('shared', grant('write', '2026-11-22T10:00:00.000Z')), '---'],
    ['that has ended, in another time zone', facts('shared', grant('read', '2026-11-22T11:00:00+02:00')), '---'],
    ['on a level where grants do nothing', facts('private', grant('write')), '---'],
    ['to write on a public memory', facts('public', grant('write')), 'r--'],
    ['to somebody else', facts('shared', [{ agent_id: 'mate', permission: 'write' }]), '---'],
  ])('%s gives its agent %s', (_what, memory, expected) => {
    expect(rights(memory, who['stranger']!)).toBe(expected)
  })
})

test('an agent named like the person is not the person', () => {
  expect(rights(facts('private'), agent('owner', 'default', true))).toBe('---')
})
