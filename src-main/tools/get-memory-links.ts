import type { MemoryReader } from '../memory/memory-reader.ts'
import { defineTool } from './tool.ts'

export function getMemoryLinksTool(reader: MemoryReader) {
  return defineTool('get_memory_links', async (args, { scope }) => ({
    memory_id: args.memory_id,
    ...(await reader.links(args.memory_id, scope)),
  }))
}
