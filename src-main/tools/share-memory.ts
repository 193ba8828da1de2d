import type { MemoryWriter } from '../memory/memory-writer.ts'
import { defineTool } from './tool.ts'

export function shareMemoryTool(writer: MemoryWriter) {
  return defineTool('share_memory', async (args, { scope }) => ({ memory: await writer.share(args, scope) }))
}
