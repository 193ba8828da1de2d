import { expect, test } from 'vitest'
import type { ServerEvent } from '../api/types.ts'
import { SessionStream } from './session-stream.ts'

function answered(session: string, tool: string): ServerEvent {
  return {
    type: 'call-answered',
    at: '2026-11-20T10:00:00.000Z',
    session_id: session,
    agent_id: 'researcher',
    namespace: 'acme',
    transport: 'websocket',
    tool,
    ok: true,
    duration_ms: 1,
  }
}

test('keeps the last calls of each session, newest first, and never more than it may', () => {
  const stream = new SessionStream()
  for (let index = 0; index < 250; index += 1) stream.apply([answered('a', `tool-${index}`), answered(`s-${index}`, 'x')])
  const { calls } = stream.store.getState()
  expect(calls.size).toBe(100)
  expect(calls.get('a')?.length).toBe(100)
  expect(calls.get('a')?.[0]?.tool).toBe('tool-249')
  expect(calls.has('s-0')).toBe(false)
  expect(calls.has('s-249')).toBe(true)
})
