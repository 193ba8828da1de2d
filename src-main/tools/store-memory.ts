import type { MemoryWriter } from '../memory/memory-writer.ts'
import { defineTool } from './tool.ts'

export function storeMemoryTool(writer: MemoryWriter) {
  return defineTool('store_memory', (args, { scope }) => writer.store(args, scope))
}

/** The same handler under its older name. */
export function createMemoryTool(writer: MemoryWriter) {
  return defineTool('create_memory', (args, { scope }) => writer.store(args, scope))
}
