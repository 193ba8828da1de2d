import { expect, test } from 'vitest'
import type { AuditEntry } from '../api/types.ts'
import { readersOf } from './memory-readers.ts'

let seq = 100
function entry(agentId: string, action: string, changes: Partial<AuditEntry> = {}): AuditEntry {
  seq -= 1
  return {
    seq,
    at: `2026-11-20T10:00:${String(seq - 50).padStart(2, '0')}.000Z`,
    action,
    agent_id: agentId,
    namespace: 'acme',
    outcome: 'ok',
    prev_hash: '',
    hash: '',
    ...changes,
  }
}

test('names each reader once, the latest first, and neither writers, the refused nor the one who looks', () => {
  const entries = [
    entry('b', 'recall_memory'),
    entry('owner', 'recall_memory'),
    entry('a', 'semantic_search'),
    entry('c', 'update_memory'),
    entry('d', 'recall_memory', { outcome: 'denied' }),
    entry('b', 'semantic_search'),
  ]
  const [first, second] = entries.filter(({ agent_id }) => agent_id === 'b' || agent_id === 'a')
  expect(readersOf(entries, 'owner')).toEqual([
    { agentId: 'b', at: first?.at, times: 2 },
    { agentId: 'a', at: second?.at, times: 1 },
  ])
})
