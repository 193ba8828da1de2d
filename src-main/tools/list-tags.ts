import type { MemoryReader } from '../memory/memory-reader.ts'
import { defineTool } from './tool.ts'

export function listTagsTool(reader: MemoryReader) {
  return defineTool('list_tags', async (args, { scope }) => ({ tags: await reader.tags(scope, args.limit) }))
}
