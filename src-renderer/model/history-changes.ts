import type { HistoryEntry, Link, Memory, Share } from '../api/types.ts'
import { shortId } from '../format/memory-text.ts'

/** A field other than the text that a change touched, as words of the wire. */
export interface FieldChange {
  readonly field: 'tags' | 'importance' | 'access_level' | 'shared_with' | 'links' | 'source_url' | 'summary' | 'pinned' | 'expires_at'
  readonly before: string
  readonly after: string
}

export interface VersionChange {
  readonly entry: HistoryEntry
  /** The memory before and after this change; absent where the history does not say. */
  readonly before?: Memory
  readonly after?: Memory
  readonly fields: readonly FieldChange[]
}

const FIELDS: readonly FieldChange['field'][] = [
  'tags',
  'importance',
  'access_level',
  'shared_with',
  'links',
  'source_url',
  'summary',
  'pinned',
  'expires_at',
]

/** Joins each change with what came of it: the state before the next newer change, or the memory as it is now. */
export function versionChanges(history: readonly HistoryEntry[], current: Memory): readonly VersionChange[] {
  return history.map((entry, at) => {
    const after = at === 0 ? current : history[at - 1]?.before
    const { before } = entry
    const fields = before && after ? fieldChanges(before, after) : []
    return { entry, fields, ...(before ? { before } : {}), ...(after ? { after } : {}) }
  })
}

function fieldChanges(before: Memory, after: Memory): readonly FieldChange[] {
  return FIELDS.map((field) => ({ field, before: textOf(before[field]), after: textOf(after[field]) })).filter(
    (change) => change.before !== change.after,
  )
}

function textOf(value: Memory[FieldChange['field']]): string {
  return Array.isArray(value) ? value.map(wordsOf).join(', ') : value === undefined ? '' : String(value)
}

function wordsOf(part: string | Share | Link): string {
  if (typeof part === 'string') return part
  if ('to' in part) return `${part.kind} …${shortId(part.to)}`
  return [part.agent_id, part.permission, part.expires_at].filter((word) => word !== undefined).join(' ')
}
