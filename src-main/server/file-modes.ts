import { readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { messageOf } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import { findLoose, tighten } from '../base/private-files.ts'
import type { LooseEntry } from '../base/private-files.ts'
import type { ServerConfig } from '../config/config.ts'
import { dataPaths } from '../config/paths.ts'

/** Names of ours in a data folder. What else lies there is not ours to change. */
const OURS =
  /^(tmws\.db.*|owner\.(lock|json)(-journal|-wal|-shm)?|indexing\.lock(-journal|-wal|-shm)?|settings\.json|secrets\.json|bridges-need-the-server\.txt)$/
const LOGS = /^tmws\.log|^\d.*tmws\.log/
const BACKUPS = /^tmws-\d{4}-/

/** Files and folders of this configuration that other users may read or write, or that belong to another user. Empty on Windows. */
export function looseEntries(config: ServerConfig): LooseEntry[] {
  return pathsOf(config).flatMap((path) => findLoose(path) ?? [])
}

/** Takes from others what rights they have, and logs each. What belongs to another user is only named. */
export function tightenFiles(config: ServerConfig, log: Log): void {
  for (const entry of looseEntries(config)) {
    const facts = { path: entry.path, mode: modeText(entry.mode) }
    if (entry.problem === 'owner') {
      log.warn({ ...facts, uid: entry.uid }, 'a file of the data folder belongs to another user, who can read and change it')
      continue
    }
    try {
      tighten(entry)
      log.warn({ ...facts, now: modeText(entry.mode & 0o700) }, 'other users had rights to this; they have none now')
    } catch (error) {
      log.warn({ ...facts, problem: messageOf(error) }, 'other users have rights to this, and they cannot be taken away')
    }
  }
}

/** What to do about one, as a sentence. */
export function describeLoose({ path, problem, mode, wanted, uid }: LooseEntry): string {
  return problem === 'owner'
    ? `${path} belongs to user ${uid}, not to the one that runs this; change its owner, or run TMWS as that user`
    : `${path} has mode ${modeText(mode)}: other users may use it; the next start sets it to ${modeText(wanted)}`
}

function pathsOf(config: ServerConfig): string[] {
  const { dataDir, database, runtimeFile, settingsFile } = config
  const { logFolder, backupFolder } = dataPaths(dataDir)
  const inside = (folder: string, ours: RegExp): string[] =>
    namesIn(folder).flatMap((name) => (ours.test(name) ? [join(folder, name)] : []))
  const database_ = database.provider === 'sqlite' ? ['', '-wal', '-shm', '-journal'].map((end) => database.file + end) : []
  const home = dirname(runtimeFile)
  const paths = [
    ...(isShared(dataDir) ? [] : [dataDir]),
    ...inside(dataDir, OURS),
    logFolder,
    ...inside(logFolder, LOGS),
    backupFolder,
    ...inside(backupFolder, BACKUPS),
    ...database_,
    // The folder is ours where it has our name; else it is somebody's, and only the files count.
    ...(basename(home) === '.tmws' ? [home] : []),
    runtimeFile,
    `${runtimeFile}.place`,
    ...(settingsFile === undefined ? [] : [settingsFile]),
  ]
  return [...new Set(paths)]
}

/** A folder that others use too, by its sticky bit (such as /tmp), or the root: closing it would lock them out. */
function isShared(folder: string): boolean {
  const loose = findLoose(folder)
  return dirname(folder) === folder || (loose !== undefined && (loose.mode & 0o1000) !== 0)
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    // Not there yet, or not ours to read: the start says so itself.
    return []
  }
}

function modeText(mode: number): string {
  return (mode & 0o777).toString(8).padStart(4, '0')
}
