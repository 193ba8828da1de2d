import { renameSync, rmSync, statSync, utimesSync } from 'node:fs'
import { toIso } from '../../base/clock.ts'
import type { Clock } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import { syncFile, syncFolder } from '../../base/sync-file.ts'
import type { Backup } from '../../contract/transfer.ts'
import { exportData } from '../../memory/transfer/export-data.ts'
import { listBackups, newBackupFile, readBackup, removeUnfinished } from '../../storage/backup-files.ts'
import { checkBackup, isBackupSource } from '../../storage/open-stores.ts'
import type { Stores } from '../../storage/open-stores.ts'
import { EVERYTHING } from '../../storage/transfer-store.ts'
import { basename, dirname } from 'node:path'
import { openBackup } from './opened-backup.ts'
import type { OpenedBackup } from './opened-backup.ts'
import { writeFileWhole } from './whole-file.ts'

export interface BackupsParts {
  readonly stores: Pick<Stores, 'memories' | 'transfer'>
  readonly folder: string
  readonly clock: Clock
  readonly madeBy: string
  /** Passphrase of the store, if it is an encrypted file: its copies have the same. */
  readonly databaseKey?: string | undefined
}

/** Makes and lists copies of the store. One at a time: a second one waits for the first. */
export class Backups {
  readonly folder: string
  readonly #parts: BackupsParts
  #turn: Promise<unknown> = Promise.resolve()

  constructor(parts: BackupsParts) {
    this.#parts = parts
    this.folder = parts.folder
    removeUnfinished(parts.folder)
  }

  list(): Backup[] {
    return listBackups(this.folder)
  }

  /** Opens one to be read, by its name alone: no path. Throws `not_found`, and what `openBackup` throws. */
  async open(name: string): Promise<OpenedBackup & { readonly backup: Backup }> {
    const backup = readBackup(this.folder, name)
    if (!backup) throw new AppError('not_found', `There is no backup ${name}; GET /api/v1/backups lists those that are there.`)
    const { databaseKey, clock } = this.#parts
    return { backup, ...(await openBackup(backup, databaseKey, toIso(clock.now()))) }
  }

  /**
   * Copies the store while it goes on working, checks the copy, and only then gives it its name. A store that cannot copy itself is
   * exported whole instead, with vectors. With `holdsUntilMs` the copy's file time says up to when (epoch milliseconds) it holds all.
   */
  make(kind: Backup['kind'], holdsUntilMs?: number): Promise<Backup> {
    const made = this.#turn.then(() => this.#make(kind, holdsUntilMs))
    this.#turn = made.catch(() => undefined)
    return made
  }

  async #make(kind: Backup['kind'], holdsUntilMs: number | undefined): Promise<Backup> {
    const { stores, clock } = this.#parts
    const file = isBackupSource(stores.memories)
      ? await this.#copy(stores.memories, newBackupFile(this.folder, clock.now(), kind, 'db'))
      : await this.#export(newBackupFile(this.folder, clock.now(), kind, 'jsonl.gz'))
    if (holdsUntilMs !== undefined) utimesSync(file, holdsUntilMs / 1000, holdsUntilMs / 1000)
    const made = readBackup(this.folder, basename(file))
    if (!made) throw new AppError('unavailable', `The backup ${file} is gone.`)
    return made
  }

  async #copy(source: { backup(toFile: string): Promise<void> }, file: string): Promise<string> {
    const part = `${file}.part`
    try {
      await source.backup(part)
      await checkBackup(part, this.#parts.databaseKey)
      syncFile(part)
      renameSync(part, file)
      syncFolder(dirname(file))
      return file
    } catch (error) {
      for (const end of ['', '-journal', '-wal', '-shm']) rmSync(part + end, { force: true })
      throw error
    }
  }

  async #export(file: string): Promise<string> {
    const { stores, madeBy, clock } = this.#parts
    await writeFileWhole(file, exportData(stores.transfer, { selection: EVERYTHING, madeBy, nowMs: clock.now() }))
    return file
  }
}

/** When a SQLite database was last written to, epoch milliseconds: its log is touched by every change, and by nothing else. */
export function lastWriteMs(databaseFile: string): number {
  return Math.max(...['', '-wal'].map((end) => Math.floor(statSync(databaseFile + end, { throwIfNoEntry: false })?.mtimeMs ?? 0)))
}
