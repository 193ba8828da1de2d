import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { AppError } from '../base/errors.ts'
import type { ServerConfig } from '../config/config.ts'
import type { Environment } from '../config/env.ts'
import { loadProcessConfig, processEnvironment } from '../config/process-config.ts'

/**
 * Where the last server of this user kept its memories: a note beside the discovery file that stays when the server stops. A bridge's
 * host rarely has the settings of the server; without the note a stand-in would serve another, empty database, and store into it.
 */
interface LastPlace {
  readonly provider: string
  readonly data_dir: string
  /** The database file; absent where the database is a server of its own. */
  readonly file?: string
}

/** Settings that say where memories are: who sets one of them for a bridge means it. */
const PLACE_VARIABLES = ['TMWS_DATA_DIR', 'TMWS_DATABASE_URL', 'TMWS_CONFIG']

/** Leaves the note. Throws what writing a file throws. */
export function markPlace({ database, dataDir, runtimeFile }: ServerConfig): void {
  // Nothing was kept there, so nothing can be missed.
  if (database.provider === 'volatile') return
  const place: LastPlace = { provider: database.provider, data_dir: dataDir, ...('file' in database && { file: database.file }) }
  const temporary = `${noteOf(runtimeFile)}.${process.pid}.tmp`
  writeFileSync(temporary, `${JSON.stringify(place)}\n`, { mode: 0o600 })
  renameSync(temporary, noteOf(runtimeFile))
}

/**
 * The configuration of a process that serves from the store itself: its own settings where they say where memories are, else the place of
 * the last server. Throws `forbidden` when that place cannot be reached from here, and what `loadConfig` throws.
 */
export function loadStandInConfig(environment: Environment = processEnvironment()): ServerConfig {
  const own = loadProcessConfig({}, environment)
  if (PLACE_VARIABLES.some((name) => environment.settings[name] !== undefined)) return own
  const place = readNote(own.runtimeFile)
  if (!place) return own
  if (place.file === undefined)
    throw new AppError(
      'forbidden',
      'The last server kept its memories in another database server, and this bridge is not told which. Set TMWS_DATABASE_URL for the bridge too, or start the TMWS app or `tmws --server`.',
    )
  // A folder that was thrown away, as after a trial.
  if (!existsSync(place.file)) return own
  return loadProcessConfig({ data_dir: place.data_dir, database_url: `sqlite:${place.file}` }, environment)
}

function noteOf(runtimeFile: string): string {
  return `${runtimeFile}.place`
}

function readNote(runtimeFile: string): LastPlace | undefined {
  try {
    const note = JSON.parse(readFileSync(noteOf(runtimeFile), 'utf8')) as Partial<LastPlace> | null // checked below
    const { provider, data_dir, file } = note ?? {}
    if (typeof provider !== 'string' || typeof data_dir !== 'string' || (file !== undefined && typeof file !== 'string')) return undefined
    return { provider, data_dir, ...(file !== undefined && { file }) }
  } catch {
    return undefined
  }
}
