import type { MemoryWriter } from '../memory/memory-writer.ts'
import { defineTool } from './tool.ts'

export function deleteMemoryTool(writer: MemoryWriter) {
  return defineTool('delete_memory', async (args, { scope }) => {
    if (args.permanent) {
      await writer.purge(args.memory_id, scope)
      return { memory_id: args.memory_id, permanent: true }
    }
    const { deleted_at } = await writer.trash(args.memory_id, scope)
    return { memory_id: args.memory_id, permanent: false, ...(deleted_at !== undefined && { deleted_at }) }
  })
}
