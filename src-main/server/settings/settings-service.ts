import { AppError } from '../../base/errors.ts'
import { GIVEN, loadConfig } from '../../config/config.ts'
import type { ServerConfig } from '../../config/config.ts'
import { PERSONAL_SETTINGS } from '../../config/personal-settings.ts'
import { readSettings } from '../../config/read-settings.ts'
import type { RawSettings, ReadSettings } from '../../config/read-settings.ts'
import { SETTINGS } from '../../config/settings-table.ts'
import type { Setting, SettingName, SettingValues } from '../../config/settings-table.ts'
import type { SettingsChange, SettingsReport, SettingValue } from '../../contract/settings.ts'
import { describeStore } from './describe-store.ts'
import { describeSettings } from './describe-settings.ts'
import type { LiveConfig } from './live-config.ts'
import { changedMeanwhile, readSettingsText, withChanges, writeSettingsText } from './settings-file.ts'

/** Shows and changes the settings file of a running server. What is written would start; what can count at once does. */
export class SettingsService {
  readonly #given: RawSettings
  readonly #live: LiveConfig
  readonly #start: ReadSettings
  /** What the server works with: the values of the start, and those that have counted since. */
  #running: SettingValues

  constructor(start: ServerConfig, live: LiveConfig) {
    this.#given = start[GIVEN]
    this.#live = live
    this.#start = readSettings(this.#given)
    this.#running = this.#start.values
  }

  /** Never throws for the state of the file: what is wrong with it is told. */
  report(): SettingsReport {
    const file = readSettingsText(this.#start.settingsPlace)
    let read: ReadSettings = { ...this.#start, values: this.#running }
    let warnings: readonly string[] = []
    let problem: string | undefined
    try {
      warnings = loadConfig(this.#given).warnings
      read = readSettings(this.#given)
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      problem = error.message
    }
    const settings = describeSettings(read, this.#running)
    return {
      file: file.path,
      version: file.version,
      ...(problem !== undefined && { problem }),
      warnings: [...warnings],
      sign_in: this.#live.config.auth.enabled,
      store: describeStore(this.#live.config.database),
      needs_restart: settings.some(({ needs_restart: needsRestart }) => needsRestart),
      settings,
    }
  }

  /**
   * Changes all of it or nothing. Throws `invalid_request` with the sentence that a start would say and the key in `details.field`, `forbidden`
   * for what is not decided here, `conflict` when a flag or a variable decides, the file is broken, or it is not the expected one.
   */
  change({ changes, expected }: SettingsChange): { readonly report: SettingsReport; readonly changed: readonly string[] } {
    const file = readSettingsText(this.#start.settingsPlace)
    if (expected !== undefined && expected !== file.version) throw changedMeanwhile()
    const before = this.#readable()
    for (const key of Object.keys(changes)) assertChangeable(key, before)
    const text = withChanges(file.text, normalised(changes))
    const next = judged({ ...this.#given, fileText: text }, changes)
    const changed = Object.keys(changes)
    if (text !== file.text) writeSettingsText(file, text)
    this.#count(readSettings({ ...this.#given, fileText: text }).values, next)
    return { report: this.report(), changed }
  }

  /** Throws `conflict` for a file that is broken: a change would lose what somebody wrote there. */
  #readable(): ReadSettings {
    try {
      return readSettings(this.#given)
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      throw new AppError('conflict', `${error.message} Mend it first; it is left as it is.`, { cause: error })
    }
  }

  #count(values: SettingValues, next: ServerConfig): void {
    const now = Object.entries(PERSONAL_SETTINGS).flatMap(([key, { effect }]) =>
      effect === 'at_once' ? [[key, values[key as SettingName]] as const] : [],
    ) // keys of the table
    this.#running = { ...this.#running, ...Object.fromEntries(now) }
    this.#live.apply(next)
  }
}

function assertChangeable(key: string, { sources }: ReadSettings): void {
  const details = { field: key }
  const shown = key.slice(0, 64).toWellFormed()
  if (!Object.hasOwn(PERSONAL_SETTINGS, key))
    throw new AppError('invalid_request', `"${shown}" is not a setting that can be changed here.`, { details })
  const name = key as SettingName // as was just seen
  const { env, flag } = SETTINGS[name] as Setting<unknown>
  const source = sources[name]
  if (PERSONAL_SETTINGS[name]?.effect === 'fixed')
    throw new AppError('forbidden', `${key} is decided where the server is started, by ${env}; it cannot be changed from here.`, {
      details,
    })
  if (source === 'environment' || source === 'flag')
    throw new AppError(
      'conflict',
      `${key} is set by ${source === 'flag' ? flag : env} where the server was started, which counts more than the settings file.`,
      {
        details,
      },
    )
}

/** Numbers and switches as such, however they were written. */
function normalised(changes: SettingsChange['changes']): Record<string, SettingValue | null> {
  return Object.fromEntries(
    Object.entries(changes).map(([key, value]) => {
      const read = SETTINGS[key as SettingName].kind.read(value) // a key of the table
      return [key, value !== null && (typeof read === 'number' || typeof read === 'boolean') ? read : value]
    }),
  )
}

/** The configuration of these settings, by all rules of a start. Names the field that is to blame. */
function judged(raw: RawSettings, changes: SettingsChange['changes']): ServerConfig {
  try {
    return loadConfig(raw)
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'invalid_request') throw error
    const field = fieldOf(error, Object.keys(changes))
    throw new AppError('invalid_request', error.message, { details: { ...(field !== undefined && { field }) }, cause: error })
  }
}

/** Of the changed keys, one that the sentence names; else one that has to do with it. */
function fieldOf({ message, details }: AppError, keys: readonly string[]): string | undefined {
  const setting = details?.['setting']
  const about = `${typeof setting === 'string' ? setting : ''} ${message}`
  return (
    keys.find((key) => about.startsWith(`${key} in `)) ??
    keys.find((key) => new RegExp(`\\b${SETTINGS[key as SettingName].env}\\b`).test(about)) ??
    keys[0]
  )
}
