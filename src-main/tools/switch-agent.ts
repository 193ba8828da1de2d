import type { AgentService } from '../coordination/agent-service.ts'
import { defineTool } from './tool.ts'

export function switchAgentTool(agents: AgentService) {
  return defineTool('switch_agent', async (args, { scope, caller }) => {
    const previous = scope.agentId
    const target = await agents.switchTarget(args.agent_id, scope)
    if (!caller.isConnection) {
      const headers = { 'X-Agent-ID': target.agent_id, 'X-Agent-Namespace': target.namespace }
      return { switched: false, previous_agent: previous, agent: target, headers }
    }
    caller.become(target.agent_id, target.namespace)
    const now = { ...scope, agentId: target.agent_id, namespace: target.namespace }
    return { switched: true, previous_agent: previous, agent: await agents.get(target.agent_id, now) }
  })
}
