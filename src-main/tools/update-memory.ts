import type { MemoryWriter } from '../memory/memory-writer.ts'
import { defineTool } from './tool.ts'

export function updateMemoryTool(writer: MemoryWriter) {
  return defineTool('update_memory', (args, { scope }) => writer.update(args, scope))
}
