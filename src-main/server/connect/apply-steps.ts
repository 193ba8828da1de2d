import { isDeepStrictEqual } from 'node:util'
import { AppError } from '../../base/errors.ts'
import type { FileStep } from './change-plan.ts'
import type { ClientSpec } from './client-table.ts'
import { readConfigFile } from './config-file.ts'
import type { ConfigFile } from './config-file.ts'
import type { Connection, ConnectionJournal } from './connection-journal.ts'
import { decodeConfig } from './edit/config-text.ts'
import { addCommand } from './plan-connect.ts'
import { backUpFile, createFile, deleteFile, replaceFile } from './replace-file.ts'
import { pathIn } from './seen-place.ts'

export interface ApplyParts {
  readonly spec: ClientSpec
  readonly journal: ConnectionJournal
  readonly nowMs: number
  /** Runs the client's own command. */
  readonly runCommand: (args: readonly string[]) => Promise<void>
}

/** Makes all changes of a plan or, when one of them fails, none. Returns the copies that were made. What is remembered is written before the file, so that no change is ever forgotten. */
export async function applySteps(steps: readonly FileStep[], parts: ApplyParts): Promise<string[]> {
  const backups: string[] = []
  const done: FileStep[] = []
  try {
    for (const step of steps) {
      done.push(step)
      const backup = await applyStep(step, parts)
      if (backup !== undefined) backups.push(backup)
    }
    return backups
  } catch (error) {
    const [failed, ...made] = done.toReversed()
    if (failed) parts.journal.update(new Map([[failed.seen.place.file, failed.seen.record]]))
    for (const step of made) takeBack(step, parts)
    throw asRefusal(error, failed?.seen.place.file)
  }
}

async function applyStep(step: FileStep, parts: ApplyParts): Promise<string | undefined> {
  const { seen, kind, after, needsNoBackup } = step
  const { journal, nowMs } = parts
  const path = seen.place.file
  const kept = [seen.record?.backup].filter((file) => file !== undefined)
  const isKept = seen.file !== undefined && (kind === 'edit' || kind === 'command') && needsNoBackup !== true
  const backup = isKept ? backUpFile(seen.file, nowMs, kept) : undefined
  const record = withBackup(step.record, backup)
  journal.update(new Map([[path, record]]))
  switch (kind) {
    case 'forget':
      break
    case 'command':
      await runAll(step, parts, backup)
      break
    case 'create': {
      const folders = createFile(path, needed(after))
      if (record && folders.length > 0) journal.update(new Map([[path, { ...record, created_folders: folders }]]))
      break
    }
    case 'edit':
      replaceFile(needed(seen.file), needed(after))
      break
    case 'delete':
      deleteFile(needed(seen.file), seen.record?.created_folders ?? [])
  }
  return backup
}

/** The copy belongs to what is remembered only if it is what was before our first change. */
function withBackup(record: Connection | undefined, backup: string | undefined): Connection | undefined {
  if (!record || backup === undefined || record.before_sha256 === undefined || record.backup !== undefined) return record
  return { ...record, backup }
}

function takeBack({ seen, kind, after }: FileStep, { journal }: ApplyParts): void {
  const path = seen.place.file
  const now = readConfigFile(path)
  if (kind === 'create' && now && after && now.bytes.equals(after)) deleteFile(now, [])
  if (kind === 'edit' && now && seen.file && after && now.bytes.equals(after)) replaceFile(now, seen.file.bytes)
  if (kind === 'delete' && !now && seen.file) createFile(path, seen.file.bytes)
  journal.update(new Map([[path, seen.record]]))
}

async function runAll(
  { seen, commands = [], entry }: FileStep,
  { spec, runCommand }: ApplyParts,
  backup: string | undefined,
): Promise<void> {
  const before = serversIn(spec, seen.file)
  try {
    for (const args of commands) await runCommand(args)
  } catch (error) {
    const now = serversIn(spec, readConfigFile(seen.place.file, Infinity))
    // Its command refuses to change an entry, so it was taken out first.
    if (seen.entry !== undefined && now[pathIn(spec)[1]] === undefined) await runCommand(addCommand(seen.entry)).catch(() => undefined)
    throw error
  }
  const { [pathIn(spec)[1]]: now, ...others } = serversIn(spec, readConfigFile(seen.place.file, Infinity))
  const { [pathIn(spec)[1]]: _old, ...othersBefore } = before
  if (isDeepStrictEqual(now, entry) && isDeepStrictEqual(others, othersBefore)) return
  const copy = backup === undefined ? '' : ` As it was before, it is in ${backup}.`
  throw new AppError('unavailable', `${spec.title} took the command, but ${seen.place.file} does not hold what it was told.${copy}`)
}

function serversIn({ container }: ClientSpec, file: ConfigFile | undefined): Record<string, unknown> {
  if (!file) return {}
  const content = JSON.parse(decodeConfig(file.bytes).text) as Record<string, unknown> // read as JSON when it was looked at
  return (content[container] ?? {}) as Record<string, unknown> // as above
}

/** A full disk, or a file that another program holds open, is no fault of ours and says what to do. */
function asRefusal(error: unknown, file: string | undefined): unknown {
  const { code, syscall } = error as NodeJS.ErrnoException // undefined in anything but a failure of the system
  if (error instanceof AppError || code === undefined || syscall === undefined) return error
  return new AppError(
    'unavailable',
    `${file ?? 'The file'} could not be changed (${code} at ${syscall}); it is as it was. Close what has it open, make room, and try again.`,
    { cause: error },
  )
}

function needed<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('A step lacks what its kind needs.')
  return value
}
