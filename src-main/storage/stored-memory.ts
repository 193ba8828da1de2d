import { AppError } from '../base/errors.ts'
import type { HistoryEntry, Memory } from '../contract/memory.ts'
import type { MemoryPatch, NewMemory } from './memory-store.ts'

/**
 * Memories as SQL stores pass them around: `context` stays JSON text from the caller's thread to the table and back. It may
 * nest deeper than a worker's stack can clone or write, and nothing below the port looks into it.
 */
export type StoredMemory = Omit<Memory, 'context'> & { readonly context: string }
export type PackedNewMemory = Omit<NewMemory, 'context'> & { readonly context: string }
export type PackedPatch = Omit<MemoryPatch, 'context'> & { readonly context?: string }
export type StoredHistoryEntry = Omit<HistoryEntry, 'before'> & { readonly before?: string }

export function packNewMemory(memory: NewMemory): PackedNewMemory {
  return { ...memory, context: toJson(memory.context) }
}

export function packPatch(patch: MemoryPatch): PackedPatch {
  const { context, ...rest } = patch
  return context === undefined ? rest : { ...rest, context: toJson(context) }
}

export function unpackMemory(stored: StoredMemory): Memory {
  // Written by packNewMemory from an object.
  return { ...stored, context: JSON.parse(stored.context) as Record<string, unknown> }
}

export function unpackHistoryEntry(entry: StoredHistoryEntry): HistoryEntry {
  const { before, ...rest } = entry
  // Written by the store from a StoredMemory.
  return before === undefined ? rest : { ...rest, before: unpackMemory(JSON.parse(before) as StoredMemory) }
}

function toJson(context: Readonly<Record<string, unknown>>): string {
  try {
    return JSON.stringify(context)
  } catch (cause) {
    throw new AppError('invalid_request', 'context cannot be written as JSON; it nests too deep or refers to itself.', {
      details: { field: 'context' },
      cause,
    })
  }
}
