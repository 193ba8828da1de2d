import { expect, test } from 'vitest'
import { NO_CHOICE, auditFilterOf } from './audit-filters.ts'

const NOW = Date.parse('2026-11-20T10:30:42.000Z')

test('what is left open narrows nothing', () => {
  expect(auditFilterOf({ ...NO_CHOICE, action: '  ' }, NOW)).toEqual({})
})

test('each choice is a parameter of the API', () => {
  const choice = { agentId: ' researcher ', action: 'manage_task', objectId: '0199', outcome: 'denied', since: 'hour' } as const
  expect(auditFilterOf(choice, NOW)).toEqual({
    agent_id: 'researcher',
    action: 'manage_task',
    object_id: '0199',
    outcome: 'denied',
    since: '2026-11-20T09:30:00.000Z',
  })
})
