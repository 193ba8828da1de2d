import { accessSync, constants, existsSync, lstatSync, readFileSync, realpathSync, statSync } from 'node:fs'
import type { Stats } from 'node:fs'
import { dirname } from 'node:path'
import { AppError, messageOf } from '../../base/errors.ts'

/** A configuration larger than this is none that a person wrote. In bytes. */
export const MAX_CONFIG_BYTES = 4 * 1024 * 1024

/** A client's configuration as it lies on the disk. */
export interface ConfigFile {
  /** As the client calls it. */
  readonly path: string
  /** Where it really is, behind links. */
  readonly target: string
  readonly bytes: Buffer
  readonly stat: Stats
}

/** Undefined when there is none. Throws `conflict` with one sentence for what cannot or must not be read. */
export function readConfigFile(path: string, maxBytes: number = MAX_CONFIG_BYTES): ConfigFile | undefined {
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return undefined
  try {
    const target = realpathSync(path)
    const stat = statSync(target)
    if (!stat.isFile()) throw refusal(path, 'is not a file')
    if (stat.size > maxBytes) throw refusal(path, `has ${stat.size} bytes; at most ${maxBytes} are read`)
    return { path, target, bytes: readFileSync(target), stat }
  } catch (error) {
    if (error instanceof AppError) throw error
    const { code } = error as NodeJS.ErrnoException // what fs throws has a code
    if (code === 'ENOENT') throw refusal(path, 'is a link to a file that does not exist; remove the link or make the file')
    if (code === 'EACCES' || code === 'EPERM') throw refusal(path, 'may not be read by you; change its mode or owner')
    throw refusal(path, `cannot be read (${messageOf(error)})`)
  }
}

/** Why a file may not be changed, as a sentence; undefined when it may. A file that somebody locked stays locked, whoever we are. */
export function changeProblem({ path, target, stat }: ConfigFile): string | undefined {
  if ((stat.mode & 0o200) === 0 || !isWritable(target)) return `${path} is read-only; make it writable to change it.`
  if (isForeign(stat)) return `${path} belongs to another user (${stat.uid}); run this as that user.`
  if (stat.nlink > 1)
    return `${path} has ${stat.nlink} names (hard links), and a new version would leave the others behind; make it a file of its own or a symbolic link.`
  return folderProblem(dirname(target))
}

/** Why no file can be put into a folder; undefined when one can, also when the folder is yet to be made. */
export function folderProblem(folder: string): string | undefined {
  if (!existsSync(folder)) return dirname(folder) === folder ? `${folder} is not there.` : folderProblem(dirname(folder))
  const stat = statSync(folder)
  if (!stat.isDirectory()) return `${folder} is not a folder.`
  if ((stat.mode & 0o200) === 0 || !isWritable(folder))
    return `The folder ${folder} is read-only; make it writable to change what is in it.`
  return isForeign(stat) ? `The folder ${folder} belongs to another user (${stat.uid}); run this as that user.` : undefined
}

function isForeign({ uid }: Stats): boolean {
  return process.getuid !== undefined && uid !== process.getuid()
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK)
    return true
  } catch {
    return false
  }
}

function refusal(path: string, problem: string): AppError {
  return new AppError('conflict', `${path} ${problem}. It is left as it is.`, { details: { file: path } })
}
