import type { AgentService } from '../coordination/agent-service.ts'
import { defineTool } from './tool.ts'

export function listAgentsTool(agents: AgentService) {
  return defineTool('list_agents', (args, { scope }) => agents.list(args, scope))
}
