import type { ServerClient } from '../api/server-client.ts'
import type { Memory, ServerEvent } from '../api/types.ts'

/** A server for tests: answers what is given, and remembers what was asked. A call that is not given fails. */
export function fakeServerClient(answers: Partial<ServerClient>): {
  readonly client: ServerClient
  readonly calls: readonly (readonly unknown[])[]
} {
  const calls: unknown[][] = []
  const handler: ProxyHandler<Partial<ServerClient>> = {
    get: (target, name) => {
      const answer = Reflect.get(target, name) as ((...args: unknown[]) => unknown) | undefined // any method of the client
      return (...args: unknown[]) => {
        calls.push([name, ...args.filter((arg) => !(arg instanceof AbortSignal))])
        return answer ? answer(...args) : Promise.reject(new Error(`${String(name)} is not given`))
      }
    },
  }
  return { client: new Proxy(answers, handler) as ServerClient, calls }
}

export function fakeMemory(id: string, changes: Partial<Memory> = {}): Memory {
  return {
    id,
    content: `Text of ${id}`,
    tags: [],
    importance: 0.5,
    access_level: 'team',
    shared_with: [],
    agent_id: 'researcher',
    namespace: 'acme',
    context: {},
    pinned: false,
    created_at: '2026-11-20T10:00:00.000Z',
    updated_at: '2026-11-20T10:00:00.000Z',
    access_count: 0,
    version: 1,
    links: [],
    ...changes,
  }
}

export function storedEvent(memoryId: string, agentId = 'researcher', at = '2026-11-20T10:00:00.000Z'): ServerEvent {
  return { type: 'memory-stored', at, memory_id: memoryId, by: agentId, agent_id: agentId, namespace: 'acme', access_level: 'team' }
}
