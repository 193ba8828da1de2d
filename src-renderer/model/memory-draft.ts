import type { AccessLevel, Memory, StoreInput, UpdateInput } from '../api/types.ts'

/** The fields of a memory that a person edits. */
export interface MemoryDraft {
  readonly content: string
  readonly tags: readonly string[]
  readonly importance: number
  readonly level: AccessLevel
}

export const EMPTY_DRAFT: MemoryDraft = { content: '', tags: [], importance: 0.5, level: 'private' }

export function draftOf(memory: Memory): MemoryDraft {
  return { content: memory.content, tags: memory.tags, importance: memory.importance, level: memory.access_level }
}

/** Only what differs, so that saving one field never sets back another. */
export function changesOf(memory: Memory, draft: MemoryDraft): UpdateInput {
  return {
    ...(draft.content === memory.content ? {} : { content: draft.content }),
    ...(sameTags(draft.tags, memory.tags) ? {} : { tags: [...draft.tags] }),
    ...(draft.importance === memory.importance ? {} : { importance: draft.importance }),
    ...(draft.level === memory.access_level ? {} : { access_level: draft.level }),
  }
}

export function storeInputOf({ content, tags, importance, level }: MemoryDraft): StoreInput {
  return { content, tags: [...tags], importance, access_level: level }
}

function sameTags(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((tag, at) => tag === b[at])
}
