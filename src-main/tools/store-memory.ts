import type { AgentService } from '../coordination/agent-service.ts'
import type { ToolArguments } from '../contract/tools.ts'
import type { MemoryWriter } from '../memory/memory-writer.ts'
import { defineTool } from './tool.ts'
import type { ToolContext } from './tool.ts'

export function storeMemoryTool(writer: MemoryWriter, agents: AgentService) {
  return defineTool('store_memory', (args, context) => store(writer, agents, args, context))
}

/** The same handler under its older name. */
export function createMemoryTool(writer: MemoryWriter, agents: AgentService) {
  return defineTool('create_memory', (args, context) => store(writer, agents, args, context))
}

async function store(writer: MemoryWriter, agents: AgentService, args: ToolArguments<'store_memory'>, { scope }: ToolContext) {
  return writer.store({ ...args, access_level: args.access_level ?? (await agents.defaultAccessLevel(scope)) }, scope)
}
