import { expect, test } from 'vitest'
import { AGENT_COLORS, agentColorIndex } from './agent-color.ts'

test('the best-known clients all have colours of their own', () => {
  const known = [
    'claude-desktop',
    'claude-code',
    'cursor',
    'vscode',
    'researcher',
    'codex',
    'gemini-cli',
    'windsurf',
    'zed',
    'reviewer',
    'planner',
    'coder',
  ]
  expect(new Set(known.map(agentColorIndex)).size).toBe(known.length)
})

test('any ids spread over the whole palette', () => {
  const uses = new Array<number>(AGENT_COLORS).fill(0)
  for (let n = 0; n < 1200; n += 1) uses[agentColorIndex(`agent-${n}`)]! += 1
  expect(Math.min(...uses)).toBeGreaterThan(60)
  expect(Math.max(...uses)).toBeLessThan(140)
})
