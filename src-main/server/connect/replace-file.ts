import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  copyFileSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  rmdirSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { AppError } from '../../base/errors.ts'
import { syncFile, syncFolder } from '../../base/sync-file.ts'
import type { ConfigFile } from './config-file.ts'

/** Copies of one file that are kept; older ones of ours go. */
const KEPT_BACKUPS = 10

/** Puts `next` in the place of a file at once or not at all, with its mode and owner, behind the links that lead to it. Throws `conflict` when it has changed since it was read. */
export function replaceFile({ path, target, bytes, stat }: ConfigFile, next: Buffer): void {
  const temporary = temporaryBeside(target)
  try {
    writeFileSync(temporary, next, { mode: 0o600, flag: 'wx' })
    chmodSync(temporary, stat.mode & 0o7777)
    keepGroup(temporary, stat.gid)
    syncFile(temporary)
    assertUnchanged(path, target, bytes)
    renameSync(temporary, target)
    syncFolder(dirname(target))
  } finally {
    rmSync(temporary, { force: true })
  }
}

/** Makes a file that is not there, with the folders it needs. Returns those it made, the outermost first. Throws `conflict` when there is one by now. */
export function createFile(path: string, content: Buffer): string[] {
  const folder = dirname(path)
  const made = missingFolders(folder)
  mkdirSync(folder, { recursive: true })
  const temporary = temporaryBeside(path)
  try {
    writeFileSync(temporary, content, { mode: 0o600, flag: 'wx' })
    syncFile(temporary)
    if (existsSync(path)) throw changedMeanwhile(path)
    renameSync(temporary, path)
    syncFolder(folder)
    return made
  } catch (error) {
    rmSync(temporary, { force: true })
    removeFolders(made)
    throw error
  }
}

/** Removes a file that we made, and the folders that we made for it, as far as they are empty. */
export function deleteFile({ path, target, bytes }: ConfigFile, folders: readonly string[]): void {
  assertUnchanged(path, target, bytes)
  rmSync(target)
  removeFolders(folders)
}

/** A dated copy beside the file, with its mode; returns its path. The time in its name is UTC. */
export function backUpFile({ path, target, stat }: ConfigFile, nowMs: number, kept: readonly string[]): string {
  const stamp = new Date(nowMs).toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15)
  for (let count = 1; ; count += 1) {
    const copy = `${path}.tmws-backup-${stamp}${count === 1 ? '' : `-${count}`}`
    if (existsSync(copy)) continue
    copyFileSync(target, copy, constants.COPYFILE_EXCL)
    chmodSync(copy, (stat.mode & 0o700) | 0o400)
    syncFile(copy)
    removeOldBackups(path, [...kept, copy])
    return copy
  }
}

function removeOldBackups(path: string, kept: readonly string[]): void {
  const prefix = `${basename(path)}.tmws-backup-`
  const ours = readdirSync(dirname(path))
    .filter((name) => name.startsWith(prefix) && /^\d{8}-\d{6}(-\d+)?$/.test(name.slice(prefix.length)))
    .map((name) => join(dirname(path), name))
    .sort((one, other) => statSync(other).mtimeMs - statSync(one).mtimeMs)
  for (const old of ours.slice(KEPT_BACKUPS)) if (!kept.includes(old)) rmSync(old, { force: true })
}

function missingFolders(folder: string): string[] {
  return existsSync(folder) ? [] : [...missingFolders(dirname(folder)), folder]
}

function removeFolders(folders: readonly string[]): void {
  for (const folder of folders.toReversed()) {
    try {
      rmdirSync(folder)
    } catch {
      // Something is in it by now.
      return
    }
  }
}

function keepGroup(file: string, gid: number): void {
  if (process.getuid === undefined || statSync(file).gid === gid) return
  try {
    chownSync(file, process.getuid(), gid)
  } catch {
    // Only members of a group may give a file to it; the owner is the same all the same.
  }
}

function assertUnchanged(path: string, target: string, bytes: Buffer): void {
  if (!existsSync(target) || !readFileSync(target).equals(bytes)) throw changedMeanwhile(path)
}

function changedMeanwhile(path: string): AppError {
  return new AppError('conflict', `${path} has changed meanwhile; nothing was written. Look at the change again.`, {
    details: { file: path },
  })
}

function temporaryBeside(target: string): string {
  return join(dirname(target), `.${basename(target)}.tmws-${process.pid}-${randomBytes(4).toString('hex')}`)
}
