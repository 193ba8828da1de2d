import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { NewAgent } from './agent-store.ts'
import type { Stores } from './open-stores.ts'

const T0 = '2026-11-22T09:30:00.123Z'
const T1 = '2026-11-22T09:31:00.456Z'

function anAgent(fields: Partial<NewAgent> = {}): NewAgent {
  return {
    agent_id: 'scout',
    display_name: 'Scout',
    namespace: 'acme',
    capabilities: { search: true },
    access_level: 'team',
    metadata: { team: 'blue' },
    ...fields,
  }
}

/** What a dialect of AgentStore keeps to. `open` gives empty stores. */
export function agentStoreConformance(name: string, open: () => Promise<Stores>): void {
  describe(`${name} as an AgentStore`, () => {
    let stores: Stores
    beforeEach(async () => {
      stores = await open()
    })
    afterEach(() => stores.memories.close())

    it('gives back what was registered', async () => {
      const record = await stores.agents.register(anAgent(), T0)
      expect(record).toEqual({ ...anAgent(), is_registered: true, created_at: T0 })
      expect(await stores.agents.get('scout')).toEqual(record)
      expect(await stores.agents.get('nobody')).toBeUndefined()
    })

    it('refuses a second registration and keeps the first', async () => {
      await stores.agents.register(anAgent(), T0)
      await expect(stores.agents.register(anAgent({ display_name: 'Other' }), T1)).rejects.toMatchObject({ code: 'conflict' })
      expect(await stores.agents.get('scout')).toMatchObject({ display_name: 'Scout' })
    })

    it('lets one of many registrations at once through', async () => {
      const results = await Promise.allSettled(
        Array.from({ length: 20 }, (_, index) => stores.agents.register(anAgent({ display_name: `try ${index}` }), T0)),
      )
      expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1)
    })

    it('knows an agent that was only seen, and lets it register later', async () => {
      await stores.agents.see('scout', 'acme', T0)
      expect(await stores.agents.get('scout')).toMatchObject({ is_registered: false, namespace: 'acme', created_at: T0, last_seen_at: T0 })
      const record = await stores.agents.register(anAgent({ namespace: 'other' }), T1)
      expect(record).toMatchObject({ is_registered: true, namespace: 'other', created_at: T0, last_seen_at: T0 })
    })

    it('moves last_seen_at on without touching what was registered', async () => {
      await stores.agents.register(anAgent(), T0)
      await stores.agents.see('scout', 'elsewhere', T1)
      expect(await stores.agents.get('scout')).toEqual({ ...anAgent(), is_registered: true, created_at: T0, last_seen_at: T1 })
    })

    it('pages through agents by id, also of one namespace', async () => {
      for (let index = 0; index < 7; index += 1)
        await stores.agents.register(anAgent({ agent_id: `a${index}`, namespace: index % 2 === 0 ? 'even' : 'odd' }), T0)
      const first = await stores.agents.list({ limit: 3 })
      const second = await stores.agents.list({ limit: 3, cursor: first.nextCursor ?? '' })
      const third = await stores.agents.list({ limit: 3, cursor: second.nextCursor ?? '' })
      expect([first, second, third].map((page) => page.agents.map((agent) => agent.agent_id))).toEqual([
        ['a0', 'a1', 'a2'],
        ['a3', 'a4', 'a5'],
        ['a6'],
      ])
      expect(third.nextCursor).toBeUndefined()
      expect((await stores.agents.list({ limit: 10, namespace: 'odd' })).agents.map((agent) => agent.agent_id)).toEqual(['a1', 'a3', 'a5'])
      await expect(stores.agents.list({ limit: 3, cursor: 'nonsense' })).rejects.toMatchObject({ code: 'invalid_request' })
    })
  })
}
