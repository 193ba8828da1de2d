import { createReadStream, renameSync, rmSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { AppError } from '../../base/errors.ts'
import type { ServerConfig } from '../../config/config.ts'
import { dataPaths } from '../../config/paths.ts'
import type { Backup } from '../../contract/transfer.ts'
import { listBackups } from '../../storage/backup-files.ts'
import { sizeOf } from './progress-line.ts'
import { findServer, findWay } from './way-to-data.ts'
import { requireFree, writeFileWhole } from './whole-file.ts'

export interface BackupFlags {
  readonly to?: string
  readonly overwrite?: boolean
  readonly list?: boolean
}

export async function runBackup(config: ServerConfig, { to, overwrite = false }: BackupFlags): Promise<number> {
  const target = to === undefined ? undefined : resolve(to)
  if (target !== undefined) requireFree(target, overwrite)
  const way = await findWay(config)
  try {
    const backup = await (way.kind === 'server' ? way.client.makeBackup() : way.backups.make('manual'))
    const file = target === undefined ? backup.file : await moveTo(backup, target)
    process.stdout.write(`${file}\n`)
    process.stderr.write(`Backed up to ${file} (${sizeOf(statSync(file).size)}), and checked.\n`)
    return 0
  } finally {
    await way.close()
  }
}

export async function runListBackups(config: ServerConfig): Promise<number> {
  const server = findServer(config)
  const folder = dataPaths(config.dataDir).backupFolder
  const way = server ? await findWay(config) : undefined
  const backups = way?.kind === 'server' ? await way.client.backups() : listBackups(folder)
  const lines = backups.map(({ created_at: at, kind, bytes, file }) => `${at}  ${kind.padEnd(14)}  ${sizeOf(bytes).padStart(10)}  ${file}`)
  process.stdout.write(lines.length === 0 ? `There are no backups in ${folder}.\n` : `${lines.join('\n')}\n`)
  return 0
}

/** A backup in another place, whole or not at all: renamed where that is possible, else copied. */
async function moveTo({ file }: Backup, target: string): Promise<string> {
  // What a name says of the content must stay true: `restore` and people go by it.
  const isExport = file.endsWith('.jsonl.gz')
  if (isExport !== target.endsWith('.jsonl.gz')) {
    rmSync(file, { force: true })
    throw new AppError('invalid_request', `--to must end in ${isExport ? '.jsonl.gz: this store is backed up as an export' : '.db'}.`)
  }
  try {
    renameSync(file, target)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') {
      throw new AppError(
        'unavailable',
        `The backup is ${file}, but cannot be moved to ${target} (${(error as NodeJS.ErrnoException).code ?? 'unknown'}).`,
      )
    }
    await copyWhole(file, target)
    rmSync(file)
  }
  return target
}

function copyWhole(file: string, target: string): Promise<void> {
  // Not through the compression that a name in .gz would bring: it is compressed already.
  return writeFileWhole(target, createReadStream(file), { asIs: true })
}
