import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Backup } from '../contract/transfer.ts'

/** Copies of a store in a folder. Their names say when and why they were made; nothing else in the folder is touched. */

const NAME =
  /^tmws-(\d{4}-\d\d-\d\dT)(\d\d)-(\d\d)-(\d\d)-(\d{3}Z)-(scheduled|manual|before-schema-\d+|before-restore|before-import)\.(db|jsonl\.gz)$/

/** How the folders begin in which copies are opened to be read. */
export const SCRATCH_PREFIX = '.reading-'

/** The path of a new copy. */
export function newBackupFile(folder: string, nowMs: number, kind: Backup['kind'], extension: 'db' | 'jsonl.gz'): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const stamp = new Date(nowMs).toISOString().replaceAll(':', '-').replace('.', '-')
  return join(folder, `tmws-${stamp}-${kind}.${extension}`)
}

/** The copies in a folder, newest first. */
export function listBackups(folder: string): Backup[] {
  const backups = namesIn(folder).flatMap((name) => readBackup(folder, name) ?? [])
  return backups.sort((a, b) => (a.created_at < b.created_at ? 1 : -1))
}

export function readBackup(folder: string, name: string): Backup | undefined {
  const [, day = '', hours = '', minutes = '', seconds = '', rest = '', kind = ''] = NAME.exec(name) ?? []
  if (kind === '') return undefined
  const file = join(folder, name)
  const bytes = statSync(file, { throwIfNoEntry: false })?.size
  if (bytes === undefined) return undefined
  return {
    name,
    file,
    kind: kind.startsWith('before-schema') ? 'before-schema' : (kind as Backup['kind']), // the words of the pattern
    created_at: `${day}${hours}:${minutes}:${seconds}.${rest}`,
    bytes,
  }
}

/** Removes the oldest of the scheduled copies beyond `keep`. Returns the names of those removed. */
export function pruneScheduled(folder: string, keep: number): string[] {
  const old = listBackups(folder)
    .filter(({ kind }) => kind === 'scheduled')
    .slice(keep)
  for (const { file } of old) rmSync(file, { force: true })
  return old.map(({ name }) => name)
}

/** What an earlier process left half-made. Only the one owner of the folder may call it. */
export function removeUnfinished(folder: string): void {
  for (const name of namesIn(folder).filter((one) => one.startsWith(SCRATCH_PREFIX)))
    rmSync(join(folder, name), { recursive: true, force: true })
  for (const name of namesIn(folder))
    if (NAME.test(name.replace(/\.part(-journal|-wal|-shm)?$/, '')) && name.includes('.part')) rmSync(join(folder, name), { force: true })
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    // No folder yet: no copies.
    return []
  }
}
