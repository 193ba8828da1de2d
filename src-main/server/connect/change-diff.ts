import { createTwoFilesPatch } from 'diff'
import type { FileChange } from '../../contract/clients.ts'
import type { FileStep } from './change-plan.ts'
import { decodeConfig } from './edit/config-text.ts'

const CONTEXT_LINES = 3

/** A step as it is shown to a person before it is made. */
export function fileChangeOf({ seen, kind, after, entry, needsNoBackup }: FileStep): FileChange[] {
  const { file } = seen.place
  if (kind === 'forget') return []
  if (kind === 'command') {
    const diff = unified(file, jsonLines(seen.entry), jsonLines(entry))
    return [{ file, kind, diff, backup: seen.file !== undefined }]
  }
  const before = seen.content?.text.text ?? ''
  const diff = unified(file, before, after === undefined ? '' : decodeConfig(after).text, {
    isNew: kind === 'create',
    isGone: kind === 'delete',
  })
  return [{ file, kind, diff, backup: kind === 'edit' && needsNoBackup !== true }]
}

function unified(file: string, before: string, after: string, { isNew = false, isGone = false } = {}): string {
  const patch = createTwoFilesPatch(isNew ? '/dev/null' : file, isGone ? '/dev/null' : file, before, after, undefined, undefined, {
    context: CONTEXT_LINES,
  })
  const lines = patch.split('\n').slice(1)
  return lines.map((line) => (/^[ +-]/.test(line) ? masked(line) : line)).join('\n')
}

/** Lines around a change, and one that only gets a comma, may hold the keys of other servers; none is ever in our entry. A diff ends in terminals, logs and pictures of screens. */
function masked(line: string): string {
  return line.replace(/((?:token|key|secret|passw|auth|credential|bearer)[\w-]*["']?\s*[:=]\s*)("(?:[^"\\]|\\.)*"|'[^']*')/gi, '$1"•••"')
}

function jsonLines(value: unknown): string {
  return value === undefined ? '' : `${JSON.stringify(value, null, 2)}\n`
}
