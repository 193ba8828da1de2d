import { chmodSync, closeSync, copyFileSync, lstatSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import type { Stats } from 'node:fs'
import { dirname } from 'node:path'
import { syncFile, syncFolder } from './sync-file.ts'

/** Modes of what belongs to this user alone. Windows has no such bits: there a user's own folders are private by their rights. */
export const PRIVATE_FILE = 0o600
export const PRIVATE_FOLDER = 0o700

/** Makes an empty file for this user only, whatever the umask, if there is none of that name. For files that other code then fills. */
export function createPrivateFile(file: string): void {
  try {
    closeSync(openSync(file, 'ax', PRIVATE_FILE))
  } catch {
    // It is there already; or it cannot be made, and who opens it next says so better.
  }
}

/**
 * Writes a text at once or not at all, for this user only, with the folder it needs. `isDurable`: it is on the disk when this returns.
 * Throws what writing a file throws, and leaves nothing of it then.
 */
export function writePrivateText(path: string, text: string, { isDurable = false }: { readonly isDurable?: boolean } = {}): void {
  mkdirSync(dirname(path), { recursive: true, mode: PRIVATE_FOLDER })
  const temporary = `${path}.${process.pid}.tmp`
  // A file left by a crash would keep its own mode, so this one is always new.
  rmSync(temporary, { force: true })
  try {
    writeFileSync(temporary, text, { mode: PRIVATE_FILE, flag: 'wx' })
    if (isDurable) syncFile(temporary)
    renameSync(temporary, path)
    if (isDurable) syncFolder(dirname(path))
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}

/** A copy for this user only, whatever the rights of the original; over what is there. */
export function copyPrivately(from: string, to: string): void {
  rmSync(to, { force: true })
  createPrivateFile(to)
  copyFileSync(from, to)
  // Copying brings the mode of the original along on some systems.
  if (process.platform !== 'win32') chmodSync(to, PRIVATE_FILE)
}

export interface LooseEntry {
  readonly path: string
  /** Who else may do something with it, or whose it is. */
  readonly problem: 'mode' | 'owner'
  /** Permission bits as they are. */
  readonly mode: number
  /** Permission bits as they should be. */
  readonly wanted: number
  /** The user it belongs to. */
  readonly uid: number
}

/** What is wrong with the rights of one file or folder; undefined when nothing is, for links, for what is not there, and on Windows. */
export function findLoose(
  path: string,
  { uid, platform }: { uid: number | undefined; platform: NodeJS.Platform } = here,
): LooseEntry | undefined {
  if (platform === 'win32' || uid === undefined) return undefined
  const stat = statOf(path)
  if (!stat || !(stat.isFile() || stat.isDirectory())) return undefined
  const entry = { path, mode: stat.mode & 0o7777, wanted: stat.isDirectory() ? PRIVATE_FOLDER : PRIVATE_FILE, uid: stat.uid }
  if (stat.uid !== uid) return { ...entry, problem: 'owner' }
  return (stat.mode & 0o077) === 0 ? undefined : { ...entry, problem: 'mode' }
}

const here = { uid: process.getuid?.(), platform: process.platform }

/** Takes the rights of others away. Throws what `chmod` throws. */
export function tighten({ path, mode }: LooseEntry): void {
  chmodSync(path, mode & 0o700)
}

/** Undefined for what is not there, also where a file stands in the place of its folder. */
function statOf(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return undefined
    throw error
  }
}
