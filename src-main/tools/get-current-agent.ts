import { toIso } from '../base/clock.ts'
import type { Clock } from '../base/clock.ts'
import type { Agent } from '../contract/agent.ts'
import type { AgentService } from '../coordination/agent-service.ts'
import type { MemoryReader } from '../memory/memory-reader.ts'
import { defineTool } from './tool.ts'
import type { ToolContext } from './tool.ts'

export interface CurrentAgentParts {
  readonly agents: AgentService
  readonly reader: MemoryReader
  readonly clock: Clock
}

export function getCurrentAgentTool(parts: CurrentAgentParts) {
  return defineTool('get_current_agent', async (_args, context) => {
    const { started_at: startedAt, session_id: sessionId } = context.caller.info()
    const { count, latest } = context.caller.switches
    return {
      agent: (await parts.agents.find(context.scope.agentId, context.scope)) ?? (await unseen(parts, context)),
      session_id: sessionId,
      session_duration_seconds: Math.max(0, parts.clock.now() - Date.parse(startedAt)) / 1000,
      switch_count: count,
      history: [...latest],
    }
  })
}

/** An agent nobody has noted yet (its first call), a caller without a name, and the person. */
async function unseen({ reader, clock }: CurrentAgentParts, { scope, caller }: ToolContext): Promise<Agent> {
  return {
    agent_id: scope.agentId,
    display_name: scope.agentId,
    namespace: scope.namespace,
    capabilities: { ...caller.capabilities },
    access_level: 'private',
    status: caller.isConnection ? 'active' : 'idle',
    is_registered: false,
    metadata: {},
    created_at: toIso(clock.now()),
    live_sessions: caller.isConnection ? 1 : 0,
    memory_count: await reader.count(scope, { agentId: scope.agentId }),
  }
}
