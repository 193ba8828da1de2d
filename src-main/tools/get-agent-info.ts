import type { MemoryReader } from '../memory/memory-reader.ts'
import { defineTool } from './tool.ts'

export function getAgentInfoTool(reader: MemoryReader) {
  return defineTool('get_agent_info', async (_args, { scope, caller }) => ({
    agent_id: scope.agentId,
    namespace: scope.namespace,
    capabilities: { ...caller.capabilities },
    session_id: caller.id,
    transport: caller.transport,
    is_owner: scope.kind === 'owner',
    memory_count: await reader.count(scope, { agentId: scope.agentId }),
  }))
}
