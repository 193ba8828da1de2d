import { describe, expect, test } from 'vitest'
import type { AccessLevel, Memory, Share } from '../contract/memory.ts'
import { mergeShares } from './sharing.ts'

function memory(accessLevel: AccessLevel, shares: Share[] = []): Memory {
  const at = '2026-11-22T10:00:00.000Z'
  return {
    id: '00000000-0000-7000-8000-000000000000',
    content: 'x',
    tags: [],
    importance: 0.5,
    access_level: accessLevel,
    shared_with: shares,
    agent_id: 'alice',
    namespace: 'default',
    context: {},
    pinned: false,
    created_at: at,
    updated_at: at,
    access_count: 0,
    version: 1,
    links: [],
  }
}
const read = (agentId: string): Share => ({ agent_id: agentId, permission: 'read' })
const write = (agentId: string): Share => ({ agent_id: agentId, permission: 'write' })

describe('grants', () => {
  test.each<[string, Memory, Share[], string[], Share[], AccessLevel]>([
    ['make a private memory shared', memory('private'), [read('bob')], [], [read('bob')], 'shared'],
    ['are added to those that stand', memory('shared', [read('bob')]), [read('carol')], [], [read('bob'), read('carol')], 'shared'],
    [
      'replace the one of the same agent',
      memory('shared', [read('bob'), read('carol')]),
      [write('bob')],
      [],
      [write('bob'), read('carol')],
      'shared',
    ],
    ['to one agent twice are the last', memory('private'), [read('bob'), write('bob')], [], [write('bob')], 'shared'],
    ['are taken away', memory('shared', [read('bob'), read('carol')]), [], ['bob', 'nobody'], [read('carol')], 'shared'],
    ['gone to the last leave it private', memory('shared', [read('bob')]), [], ['bob'], [], 'private'],
    ['are given after others are taken', memory('shared', [read('bob')]), [write('bob')], ['bob'], [write('bob')], 'shared'],
  ])('%s', (_what, before, given, removed, shares, level) => {
    expect(mergeShares(before, given, removed)).toEqual({ shared_with: shares, access_level: level })
  })

  test.each<AccessLevel>(['team', 'public', 'system'])('do nothing on level %s, which is said', (level) => {
    expect(() => mergeShares(memory(level), [read('bob')], [])).toThrow(/Set access_level to "shared"/)
  })

  test('are no more than a hundred in all, however they came', () => {
    const many = Array.from({ length: 100 }, (_, i) => read(`agent-${i}`))
    expect(() => mergeShares(memory('shared', many), [read('one-more')], [])).toThrow(/would hold 101 agents/)
    expect(mergeShares(memory('shared', many), [write('agent-0')], []).shared_with).toHaveLength(100)
  })
})
