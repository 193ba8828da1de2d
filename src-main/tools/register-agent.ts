import type { AgentService } from '../coordination/agent-service.ts'
import { defineTool } from './tool.ts'

export function registerAgentTool(agents: AgentService) {
  return defineTool('register_agent', async (args, { scope }) => ({ agent: await agents.register(args, scope) }))
}
