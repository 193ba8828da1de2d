import type { MemoryWriter } from '../memory/memory-writer.ts'
import { defineTool } from './tool.ts'

export function restoreMemoryTool(writer: MemoryWriter) {
  return defineTool('restore_memory', async (args, { scope }) => ({ memory: await writer.restore(args.memory_id, args.version, scope) }))
}
