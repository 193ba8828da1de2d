import { AppError } from '../../base/errors.ts'
import { sha256 } from './change-plan.ts'
import type { FileStep } from './change-plan.ts'
import type { ClientSpec } from './client-table.ts'
import { readConfigFile } from './config-file.ts'
import { withEntry, withoutEntry } from './edit/config-document.ts'
import type { EntryValue } from './edit/config-document.ts'
import { encodeConfig } from './edit/config-text.ts'
import { addCommand, removeCommand } from './plan-connect.ts'
import { pathIn } from './seen-place.ts'
import type { SeenPlace } from './seen-place.ts'

/**
 * The step that takes our entry out of a place: the file as it was, byte for byte, while nothing else has changed in it; else everything else stays
 * as it is now, and only what was under our name before comes back. Undefined when nothing of ours is or was there. Throws `conflict` for a file that cannot be used.
 */
export function planUndo(spec: ClientSpec, seen: SeenPlace): FileStep | undefined {
  const { record, state, file, content, entry, problem, place } = seen
  // Who wrote an entry that is exactly ours may take it out, also when it is not remembered.
  if (!record && state !== 'connected') return undefined
  if (state === 'unusable') {
    throw new AppError('conflict', problem ?? `${place.file} cannot be used.`, { details: { file: place.file } })
  }
  if (!file || !content || entry === undefined) return { seen, kind: 'forget' }
  if (problem !== undefined) throw new AppError('conflict', problem, { details: { file: place.file } })
  const previous = record?.previous
  if (spec.way === 'command') {
    const commands = [removeCommand(), ...(previous === undefined ? [] : [addCommand(previous)])]
    return { seen, kind: 'command', commands, ...(previous !== undefined && { entry: previous }) }
  }
  const isUntouched = record?.after_sha256 !== undefined && sha256(file.bytes) === record.after_sha256
  if (isUntouched && record.created_file) return { seen, kind: 'delete' }
  const before = isUntouched && record.backup !== undefined ? backupOf(record.backup, record.before_sha256) : undefined
  if (before) return { seen, kind: 'edit', after: before, entry: previous, needsNoBackup: true }
  const text = textWithout(spec, content.text.text, previous, record?.had_container === false)
  if (record?.created_file === true && spec.read(text).isBlank) return { seen, kind: 'delete' }
  return { seen, kind: 'edit', after: encodeConfig({ ...content.text, text }), entry: previous }
}

function textWithout(spec: ClientSpec, text: string, previous: unknown, dropEmpty: boolean): string {
  const path = pathIn(spec)
  if (previous === undefined) return withoutEntry(spec.read, text, path, dropEmpty)
  return withEntry(spec.read, text, path, previous as EntryValue) // it was read from this file
}

/** The bytes of before, if the copy is still there and still the same. */
function backupOf(backup: string, hash: string | undefined): Buffer | undefined {
  try {
    const bytes = readConfigFile(backup)?.bytes
    return bytes && sha256(bytes) === hash ? bytes : undefined
  } catch {
    // Without the copy, taking the entry out is the next best.
    return undefined
  }
}
