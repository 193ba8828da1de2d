import type { MemoryReader } from '../memory/memory-reader.ts'
import { defineTool } from './tool.ts'

export function listMemoriesTool(reader: MemoryReader) {
  return defineTool('list_memories', (args, { scope }) => reader.list(args, scope))
}
