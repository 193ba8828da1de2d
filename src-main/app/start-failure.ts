import { join } from 'node:path'
import { AppError, messageOf } from '../base/errors.ts'
import { redactText } from '../base/redact.ts'
import { readRuntimeFile } from '../base/runtime-files.ts'
import type { ServerConfig } from '../config/config.ts'
import { dataPaths } from '../config/paths.ts'
import type { Backup } from '../contract/transfer.ts'
import { restorableBackup } from '../server/moving/restorable-backup.ts'
import type { Words } from './words.ts'

export type FailureKind = keyof Words['failure']['kinds']

/** Why the server could not start, and what there is that helps. */
export interface StartFailure {
  readonly kind: FailureKind
  /** The program's own sentence. */
  readonly message: string
  readonly dataDir: string
  readonly logFile: string
  /** Of the TMWS that already works on this data. */
  readonly otherUrl?: string
  /** The newest copy that could take the place of the database, with the configuration it is restored by. */
  readonly restorable?: { readonly backup: Backup; readonly config: ServerConfig }
}

/** `config` as far as it could be read. */
export function startFailure(error: unknown, dataDir: string, config: ServerConfig | undefined): StartFailure {
  const paths = dataPaths(dataDir)
  const otherUrl = isConflict(error) ? urlOfOther(paths.ownerFile) : undefined
  const backup = config?.database.provider === 'sqlite' ? restorableBackup(paths.backupFolder) : undefined
  const kind = kindOf(error, otherUrl !== undefined, backup !== undefined)
  return {
    kind,
    message: redactText(messageOf(error)),
    dataDir,
    logFile: join(paths.logFolder, 'tmws.log'),
    ...(otherUrl !== undefined && { otherUrl }),
    ...(kind === 'damaged' && config && backup && { restorable: { backup, config } }),
  }
}

/** A store that has stopped for good while it was in use: only a new process can open it again. */
export function storeDied(error: Error, config: ServerConfig): StartFailure {
  return { ...startFailure(error, config.dataDir, config), kind: 'died' }
}

/** By code, and where one code has several reasons by the sentence; the specs make each of them happen. */
function kindOf(error: unknown, otherRuns: boolean, hasBackup: boolean): FailureKind {
  if (!(error instanceof AppError)) return 'unknown'
  const { code, message } = error
  if (otherRuns) return 'other-runs'
  if (/^The database .* is damaged/s.test(message)) return hasBackup ? 'damaged' : 'damaged-without-backup'
  if (/written by a newer version/.test(message)) return 'newer-schema'
  if (/^The (secret|file of secrets) /.test(message)) return 'secrets'
  if (code === 'forbidden') return 'key'
  return code === 'invalid_request' ? 'settings' : 'unknown'
}

function isConflict(error: unknown): boolean {
  return error instanceof AppError && error.code === 'conflict'
}

function urlOfOther(ownerFile: string): string | undefined {
  const other = readRuntimeFile(ownerFile)
  return other?.isAlive === true ? `${other.api_url}/` : undefined
}
