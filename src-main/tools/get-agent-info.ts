import type { AgentService } from '../coordination/agent-service.ts'
import type { MemoryReader } from '../memory/memory-reader.ts'
import { defineTool } from './tool.ts'

export function getAgentInfoTool(agents: AgentService, reader: MemoryReader) {
  return defineTool('get_agent_info', async (args, { scope, caller }) => {
    if (args.agent_id !== undefined && args.agent_id !== scope.agentId) {
      const agent = await agents.get(args.agent_id, scope)
      const { agent_id, namespace, capabilities, memory_count } = agent
      return { agent_id, namespace, capabilities, memory_count, agent }
    }
    const agent = await agents.find(scope.agentId, scope)
    return {
      agent_id: scope.agentId,
      namespace: scope.namespace,
      // What it says of itself now stands over what it once registered.
      capabilities: { ...agent?.capabilities, ...caller.capabilities },
      memory_count: agent?.memory_count ?? (await reader.count(scope, { agentId: scope.agentId })),
      ...(agent && { agent }),
      session_id: caller.id,
      transport: caller.transport,
      is_owner: scope.kind === 'owner',
    }
  })
}
