import { describe, expect, test } from 'vitest'
import { AppError } from '../base/errors.ts'
import { readIdentity, withDefaults } from './identity.ts'

function refusalOf(headers: Record<string, string | string[]>): AppError {
  try {
    readIdentity(headers)
  } catch (error) {
    if (error instanceof AppError) return error
    throw error
  }
  throw new Error('the headers were accepted')
}

describe('names', () => {
  test.each(['claude-desktop', 'a', '7', 'user@example.com/agent:1', 'A.b_c-d', 'constructor'])('%j is a name', (name) => {
    expect(readIdentity({ 'x-agent-id': name, 'x-agent-namespace': name })).toEqual({ agentId: name, namespace: name, capabilities: {} })
  })

  test.each(['', ' ', '-a', '.a', 'a b', 'a,b', 'a\u0000', 'é', '名前', '__proto__', 'a'.repeat(65), '"quoted"', '<script>'])(
    '%j is none, and the refusal names the header',
    (name) => {
      const refusal = refusalOf({ 'x-agent-id': name })
      expect(refusal.code).toBe('invalid_request')
      expect(refusal.message).toMatch(/^X-Agent-ID must /)
      expect(refusal.details).toEqual({ field: 'X-Agent-ID' })
      expect(refusalOf({ 'x-agent-namespace': name }).details).toEqual({ field: 'X-Agent-Namespace' })
    },
  )

  test('a long wrong name is repeated clipped', () => {
    expect(refusalOf({ 'x-agent-id': `!${'x'.repeat(5_000)}` }).message.length).toBeLessThan(250)
  })

  test('a header sent twice is refused', () => {
    expect(refusalOf({ 'x-agent-id': ['a', 'b'] }).message).toBe('X-Agent-ID must be sent once.')
  })

  test('without headers everybody is anonymous in the default namespace', () => {
    const claimed = readIdentity({})
    expect(claimed).toEqual({ agentId: undefined, namespace: undefined, capabilities: {} })
    expect(withDefaults(claimed)).toEqual({ agentId: 'anonymous', namespace: 'default' })
  })
})

describe('capabilities', () => {
  test.each<[string, unknown]>([
    ['{"tools":true,"n":1}', { tools: true, n: 1 }],
    ['["tools","search"]', { tools: true, search: true }],
    ['[]', {}],
    ['{}', {}],
    ['   ', {}],
  ])('%s is read', (text, capabilities) => {
    expect(readIdentity({ 'x-agent-capabilities': text }).capabilities).toEqual(capabilities)
  })

  test.each(['{', 'tools', '"tools"', '1', 'null', 'true', '[1]', '["a",{}]', `{"a":"${'x'.repeat(9_000)}"}`])(
    '%j is refused by name',
    (text) => {
      const refusal = refusalOf({ 'x-agent-capabilities': text })
      expect([refusal.code, refusal.details]).toEqual(['invalid_request', { field: 'X-Agent-Capabilities' }])
      expect(refusal.message.length).toBeLessThan(300)
    },
  )

  test('a key that is a word of the language stays data', () => {
    const { capabilities } = readIdentity({ 'x-agent-capabilities': '{"__proto__":{"isAdmin":true}}' })
    expect((capabilities as { isAdmin?: boolean }).isAdmin).toBeUndefined()
  })
})
