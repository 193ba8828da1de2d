import { toIso } from '../base/clock.ts'
import type { Clock } from '../base/clock.ts'
import { AppError, invalidField, notFound } from '../base/errors.ts'
import type { Agent } from '../contract/agent.ts'
import type { AccessLevel } from '../contract/memory.ts'
import { RESERVED_AGENT_IDS } from '../contract/protocol.ts'
import type { Scope } from '../contract/scope.ts'
import type { ToolArguments } from '../contract/tools.ts'
import type { MemoryReader } from '../memory/memory-reader.ts'
import type { AgentRecord, AgentStore } from '../storage/agent-store.ts'

export interface AgentServiceParts {
  readonly store: AgentStore
  readonly reader: MemoryReader
  readonly clock: Clock
  /** How many connections each agent has now that has any. */
  readonly liveSessions: () => Promise<ReadonlyMap<string, number>>
}

/** Who the agents are: registering, finding, and what each is to the others. Agents know of those of their own namespace. */
export class AgentService {
  readonly #parts: AgentServiceParts

  constructor(parts: AgentServiceParts) {
    this.#parts = parts
  }

  /** Throws `conflict` for an id that is registered, `forbidden` for a reserved one, another's namespace or the level `system`. */
  async register(args: ToolArguments<'register_agent'>, scope: Scope): Promise<Agent> {
    const namespace = args.namespace ?? scope.namespace
    if (RESERVED_AGENT_IDS.includes(args.agent_id)) {
      throw new AppError('forbidden', `The agent id "${args.agent_id}" is reserved; choose another.`, { details: { field: 'agent_id' } })
    }
    if (namespace !== scope.namespace && !scope.isAdmin) {
      throw new AppError('forbidden', `Only an admin registers agents in another namespace than its own ("${scope.namespace}").`, {
        details: { field: 'namespace' },
      })
    }
    if (args.access_level === 'system' && !scope.isAdmin) {
      throw new AppError('forbidden', 'access_level "system" is for admins only.', { details: { field: 'access_level' } })
    }
    if (args.access_level === 'shared')
      throw invalidField('access_level', 'must not be "shared": a default cannot name the agents to share with')
    const record = await this.#parts.store.register(
      {
        agent_id: args.agent_id,
        display_name: args.display_name ?? args.agent_id,
        namespace,
        capabilities: toCapabilities(args.capabilities),
        access_level: args.access_level,
        metadata: args.metadata,
      },
      toIso(this.#parts.clock.now()),
    )
    return this.#describe(record, scope)
  }

  /** One agent the scope may know of: itself, or one of its namespace; all for the owner. Throws `not_found`. */
  async get(agentId: string, scope: Scope): Promise<Agent> {
    const record = await this.#parts.store.get(agentId)
    if (!record || !mayKnow(record, scope)) throw notFound('agent', agentId)
    return this.#describe(record, scope)
  }

  /** What is known of an agent, or undefined: for callers about themselves. */
  async find(agentId: string, scope: Scope): Promise<Agent | undefined> {
    const record = await this.#parts.store.get(agentId)
    return record && mayKnow(record, scope) ? this.#describe(record, scope) : undefined
  }

  /** The registered agent a caller may switch to. Throws `not_found`, and names those there are. */
  async switchTarget(agentId: string, scope: Scope): Promise<Agent> {
    const agent = await this.find(agentId, scope)
    if (agent?.is_registered) return agent
    const { agents } = await this.list({ limit: 20 }, scope)
    const names = agents.flatMap((known) => (known.is_registered ? [known.agent_id] : []))
    const hint = names.length === 0 ? 'None is registered in your namespace yet' : `Registered in your namespace: ${names.join(', ')}`
    throw new AppError('not_found', `There is no registered agent "${agentId}" that you could be. ${hint}; register_agent makes one.`, {
      details: { agent_id: agentId, available_agents: names },
    })
  }

  async list(
    args: { readonly namespace?: string | undefined; readonly limit: number; readonly cursor?: string | undefined },
    scope: Scope,
  ): Promise<{ agents: Agent[]; next_cursor?: string }> {
    if (scope.kind === 'agent' && args.namespace !== undefined && args.namespace !== scope.namespace) return { agents: [] }
    const namespace = scope.kind === 'agent' ? scope.namespace : args.namespace
    const page = await this.#parts.store.list({
      limit: args.limit,
      ...(namespace !== undefined && { namespace }),
      ...(args.cursor !== undefined && { cursor: args.cursor }),
    })
    const live = this.#parts.liveSessions()
    const agents = await Promise.all(page.agents.map((record) => this.#describe(record, scope, live)))
    return { agents, ...(page.nextCursor !== undefined && { next_cursor: page.nextCursor }) }
  }

  /**
   * What the new memories of a caller get when it says nothing. A registration speaks for its own namespace only: who registers
   * the same name elsewhere must not open what is stored here.
   */
  async defaultAccessLevel(scope: Scope): Promise<AccessLevel> {
    const record = await this.#parts.store.get(scope.agentId)
    return record?.is_registered && record.namespace === scope.namespace ? record.access_level : 'private'
  }

  async #describe(record: AgentRecord, scope: Scope, live = this.#parts.liveSessions()): Promise<Agent> {
    const liveSessions = (await live).get(record.agent_id) ?? 0
    const memoryCount = await this.#parts.reader.count(scope, { agentId: record.agent_id })
    return {
      ...record,
      capabilities: { ...record.capabilities },
      metadata: { ...record.metadata },
      status: liveSessions > 0 ? 'active' : 'idle',
      live_sessions: liveSessions,
      memory_count: memoryCount,
    }
  }
}

function mayKnow(record: AgentRecord, scope: Scope): boolean {
  return scope.kind === 'owner' || record.agent_id === scope.agentId || record.namespace === scope.namespace
}

function toCapabilities(capabilities: ToolArguments<'register_agent'>['capabilities']): Record<string, unknown> {
  return Array.isArray(capabilities) ? Object.fromEntries(capabilities.map((name) => [name, true])) : capabilities
}
