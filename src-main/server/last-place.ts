import { existsSync, readFileSync } from 'node:fs'
import { AppError } from '../base/errors.ts'
import { writePrivateText } from '../base/private-files.ts'
import type { ServerConfig } from '../config/config.ts'
import type { Environment } from '../config/env.ts'
import { loadProcessConfig, processEnvironment } from '../config/process-config.ts'
import type { SettingName } from '../config/settings-table.ts'

/**
 * Where the last server of this user kept its memories: a note beside the discovery file that stays when the server stops. A bridge's
 * host rarely has the settings of the server; without the note a stand-in would serve another, empty database, and store into it.
 */
interface LastPlace {
  readonly provider: string
  readonly data_dir: string
  /** The database file; absent where the database is a server of its own. */
  readonly file?: string
  /** File with the passphrase of an encrypted database; the passphrase itself is in no note. */
  readonly key_file?: string
  /** What that server does about credentials in texts; a stand-in does the same. */
  readonly secret_scan?: string
}

/** Settings that say where memories are: who sets one of them for a bridge means it. */
const PLACE_VARIABLES = ['TMWS_DATA_DIR', 'TMWS_DATABASE_URL', 'TMWS_CONFIG']

/** Leaves the note. Throws what writing a file throws. */
export function markPlace({ database, dataDir, runtimeFile, secretScan }: ServerConfig): void {
  // Nothing was kept there, so nothing can be missed.
  if (database.provider === 'volatile') return
  const place: LastPlace = {
    provider: database.provider,
    data_dir: dataDir,
    ...('file' in database && { file: database.file }),
    ...('keyFile' in database && { key_file: database.keyFile }),
    secret_scan: secretScan,
  }
  writePrivateText(noteOf(runtimeFile), `${JSON.stringify(place)}\n`)
}

/**
 * The configuration of a process that serves from the store itself: its own settings where they say where memories are, else the place of
 * the last server. Throws `forbidden` when that place cannot be reached from here, and what `loadConfig` throws.
 */
export function loadStandInConfig(environment: Environment = processEnvironment()): ServerConfig {
  const own = loadProcessConfig({}, environment)
  const place = readNote(own.runtimeFile)
  if (!place) return own
  if (PLACE_VARIABLES.some((name) => environment.settings[name] !== undefined))
    return place.data_dir === own.dataDir ? loadProcessConfig(rulesOf(place, environment), environment) : own
  if (place.file === undefined)
    throw new AppError(
      'forbidden',
      'The last server kept its memories in another database server, and this bridge is not told which. Set TMWS_DATABASE_URL for the bridge too, or start the TMWS app or `tmws --server`.',
    )
  // A folder that was thrown away, as after a trial.
  if (!existsSync(place.file)) return own
  const where = { data_dir: place.data_dir, database_url: `sqlite:${place.file}` }
  return loadProcessConfig({ ...where, ...rulesOf(place, environment) }, environment)
}

/** What the server of a place does with what is stored there, as flags; what this process's environment sets counts more. */
function rulesOf(place: LastPlace, { settings }: Environment): Partial<Record<SettingName, string>> {
  const { secret_scan: scan, key_file: keyFile } = place
  const hasKey = settings['TMWS_DATABASE_KEY'] !== undefined || settings['TMWS_DATABASE_KEY_FILE'] !== undefined
  return {
    ...(scan !== undefined && settings['TMWS_SECRET_SCAN'] === undefined && { secret_scan: scan }),
    ...(keyFile !== undefined && !hasKey && { database_key_file: keyFile }),
  }
}

function noteOf(runtimeFile: string): string {
  return `${runtimeFile}.place`
}

function readNote(runtimeFile: string): LastPlace | undefined {
  try {
    const note = JSON.parse(readFileSync(noteOf(runtimeFile), 'utf8')) as Partial<LastPlace> | null // checked below
    const { provider, data_dir, file, secret_scan: scan, key_file: keyFile } = note ?? {}
    if (typeof provider !== 'string' || typeof data_dir !== 'string' || (file !== undefined && typeof file !== 'string')) return undefined
    // Another word is of another version, and no reason to lose the place.
    const isKnown = scan === 'off' || scan === 'warn' || scan === 'mask'
    return {
      provider,
      data_dir,
      ...(file !== undefined && { file }),
      ...(isKnown && { secret_scan: scan }),
      ...(typeof keyFile === 'string' && { key_file: keyFile }),
    }
  } catch {
    return undefined
  }
}
