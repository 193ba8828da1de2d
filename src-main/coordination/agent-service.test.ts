import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { TOOLS } from '../contract/tools.ts'
import type { ToolArguments, ToolInput } from '../contract/tools.ts'
import { agentScope, draft, openMemoryParts, owner } from '../server/testing/memory-parts.ts'
import type { MemoryParts } from '../server/testing/memory-parts.ts'

const alice = agentScope('alice', 'acme')
const carol = agentScope('carol', 'other')

let parts: MemoryParts
beforeEach(async () => {
  parts = await openMemoryParts()
})
afterEach(() => parts.close())

function agent(agentId: string, more: Partial<ToolInput<'register_agent'>> = {}): ToolArguments<'register_agent'> {
  return TOOLS.register_agent.input.parse({ agent_id: agentId, ...more })
}

describe('registering', () => {
  test('takes the namespace of the caller and fills in what is not said', async () => {
    expect(await parts.agents.register(agent('scout', { capabilities: ['search', 'summarise'] }), alice)).toMatchObject({
      agent_id: 'scout',
      display_name: 'scout',
      namespace: 'acme',
      capabilities: { search: true, summarise: true },
      access_level: 'private',
      is_registered: true,
      status: 'idle',
      live_sessions: 0,
      memory_count: 0,
    })
  })

  test('refuses a taken id, reserved names, other namespaces and levels that are no default', async () => {
    await parts.agents.register(agent('scout'), alice)
    await expect(parts.agents.register(agent('scout'), carol)).rejects.toMatchObject({ code: 'conflict' })
    await expect(parts.agents.register(agent('owner'), alice)).rejects.toMatchObject({ code: 'forbidden', details: { field: 'agent_id' } })
    await expect(parts.agents.register(agent('x', { namespace: 'other' }), alice)).rejects.toMatchObject({
      code: 'forbidden',
      details: { field: 'namespace' },
    })
    await expect(parts.agents.register(agent('x', { access_level: 'system' }), alice)).rejects.toMatchObject({ code: 'forbidden' })
    await expect(parts.agents.register(agent('x', { access_level: 'shared' }), alice)).rejects.toMatchObject({ code: 'invalid_request' })
    await expect(parts.agents.register(agent('x', { namespace: 'other' }), agentScope('boss', 'acme', true))).resolves.toMatchObject({
      namespace: 'other',
    })
  })

  test('gives new memories the level that was registered, in that namespace only, and private before', async () => {
    const scout = agentScope('scout', 'acme')
    expect(await parts.agents.defaultAccessLevel(scout)).toBe('private')
    await parts.agents.register(agent('scout', { access_level: 'public' }), alice)
    expect(await parts.agents.defaultAccessLevel(scout)).toBe('public')
    expect(await parts.agents.defaultAccessLevel(agentScope('scout', 'other'))).toBe('private')
  })
})

describe('knowing of others', () => {
  test('ends at the wall of the namespace, and not for the person', async () => {
    await parts.agents.register(agent('scout'), alice)
    expect((await parts.agents.list({ limit: 10 }, alice)).agents.map((found) => found.agent_id)).toEqual(['scout'])
    expect((await parts.agents.list({ limit: 10 }, carol)).agents).toEqual([])
    expect((await parts.agents.list({ limit: 10, namespace: 'acme' }, carol)).agents).toEqual([])
    expect((await parts.agents.list({ limit: 10 }, owner)).agents).toHaveLength(1)
    await expect(parts.agents.get('scout', carol)).rejects.toMatchObject({ code: 'not_found' })
    await expect(parts.agents.switchTarget('scout', carol)).rejects.toMatchObject({ code: 'not_found', details: { available_agents: [] } })
  })

  test('counts only the memories that the asker may see', async () => {
    await parts.agents.register(agent('scout'), alice)
    const scout = agentScope('scout', 'acme')
    await parts.writer.store(draft('for the team', { access_level: 'team' }), scout)
    await parts.writer.store(draft('for myself'), scout)
    expect((await parts.agents.get('scout', alice)).memory_count).toBe(1)
    expect((await parts.agents.get('scout', scout)).memory_count).toBe(2)
  })

  test('a switch goes to a registered agent only, and says which there are', async () => {
    await parts.agents.register(agent('scout'), alice)
    expect((await parts.agents.switchTarget('scout', alice)).agent_id).toBe('scout')
    await expect(parts.agents.switchTarget('ghost', alice)).rejects.toMatchObject({
      code: 'not_found',
      details: { available_agents: ['scout'] },
    })
  })
})
