import type { MemoryReader } from '../memory/memory-reader.ts'
import { defineTool } from './tool.ts'

export function getMemoryHistoryTool(reader: MemoryReader) {
  return defineTool('get_memory_history', async (args, { scope }) => ({
    memory_id: args.memory_id,
    ...(await reader.history(args.memory_id, scope, args)),
  }))
}
