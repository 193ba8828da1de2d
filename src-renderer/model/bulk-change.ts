import type { AccessLevel, Memory, UpdateInput } from '../api/types.ts'

/** One change for many memories. */
export type BulkChange =
  | { readonly kind: 'add-tag' | 'remove-tag'; readonly tag: string }
  | { readonly kind: 'importance'; readonly importance: number }
  | { readonly kind: 'level'; readonly level: AccessLevel }
  | { readonly kind: 'pin'; readonly pinned: boolean }

/** What to send for one memory; undefined where it is like that already. */
export function updateOf(memory: Memory, change: BulkChange): UpdateInput | undefined {
  switch (change.kind) {
    case 'add-tag':
      return memory.tags.includes(change.tag) ? undefined : { tags: [...memory.tags, change.tag] }
    case 'remove-tag':
      return memory.tags.includes(change.tag) ? { tags: memory.tags.filter((tag) => tag !== change.tag) } : undefined
    case 'importance':
      return memory.importance === change.importance ? undefined : { importance: change.importance }
    case 'level':
      return memory.access_level === change.level ? undefined : { access_level: change.level }
    case 'pin':
      return memory.pinned === change.pinned ? undefined : { pinned: change.pinned }
  }
}
