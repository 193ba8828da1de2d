import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parse, printParseErrorCode } from 'jsonc-parser'
import type { ParseError } from 'jsonc-parser'
import { AppError } from '../base/errors.ts'
import type { Environment } from './env.ts'
import { dataPaths, defaultDataDir } from './paths.ts'
import { BRIDGE_VARIABLES, SETTINGS } from './settings-table.ts'
import type { Setting, SettingName, SettingValues } from './settings-table.ts'

export interface RawSettings {
  /** From the command line, by setting name. */
  readonly flags: Readonly<Partial<Record<SettingName, string>>>
  readonly environment: Environment
  /** Used where nothing else says anything, by setting name: what a keeper of secrets holds. */
  readonly kept?: Readonly<Partial<Record<SettingName, string>>>
  /** Stands for the content of the settings file: a change that is to be judged before it is written. */
  readonly fileText?: string
}

/** Where a value comes from, in the order of who wins. `kept`: what a keeper of secrets holds. */
export type SettingSource = 'flag' | 'environment' | 'file' | 'kept' | 'default'

export interface ReadSettings {
  readonly values: SettingValues
  /** Absolute. */
  readonly dataDir: string
  /** The settings file that was read, if there was one. */
  readonly settingsFile?: string
  /** Where the settings file is, or would be. */
  readonly settingsPlace: string
  readonly sources: Readonly<Record<SettingName, SettingSource>>
  /** Sentences about what was ignored. */
  readonly warnings: readonly string[]
}

const NAMES = Object.keys(SETTINGS) as SettingName[] // keys of the table

/**
 * Settings in their order: flag, environment, settings file, what is kept, default. Throws `invalid_request` with one sentence that names the
 * setting, its value and what is allowed.
 */
export function readSettings({ flags, environment, kept = {}, fileText }: RawSettings): ReadSettings {
  const fromEnvironment = Object.fromEntries(NAMES.map((name) => [name, environment.settings[SETTINGS[name].env]])) as Partial<
    Record<SettingName, string>
  > // same keys
  const early = (name: 'data_dir' | 'config') => flags[name] ?? fromEnvironment[name]
  const dataDir = resolve(early('data_dir') ?? defaultDataDir(environment.machine))
  const named = early('config')
  const settingsPlace = named === undefined ? dataPaths(dataDir).settingsFile : resolve(named)
  const content = fileText ?? contentOf(settingsPlace, named !== undefined)
  const file = content === undefined ? undefined : { path: settingsPlace, values: parseSettings(settingsPlace, content) }
  const read = NAMES.map((name) => {
    const found = firstOf([
      ['flag', flags[name], SETTINGS[name].flag ?? name],
      ['environment', fromEnvironment[name], SETTINGS[name].env],
      ['file', file?.values[name], `${name} in ${settingsPlace}`],
      ['kept', kept[name], `${SETTINGS[name].env}, as it is kept,`],
    ])
    const value = found ? readOne(SETTINGS[name], found.raw, found.called) : SETTINGS[name].default
    return { name, value, source: found?.source ?? 'default' }
  })
  // One entry per setting, each read by its own kind.
  const values = Object.fromEntries(read.map(({ name, value }) => [name, value])) as unknown as SettingValues
  const sources = Object.fromEntries(read.map(({ name, source }) => [name, source])) as Record<SettingName, SettingSource>
  const known = new Set([...NAMES.map((name): string => SETTINGS[name].env), ...BRIDGE_VARIABLES])
  const warnings = Object.keys(environment.settings)
    .filter((name) => !known.has(name))
    .map((name) => `${name} is not a setting of this version and is ignored.`)
  const settingsFile = file && { settingsFile: file.path }
  return { values, sources, dataDir: resolve(values.data_dir ?? dataDir), settingsPlace, warnings, ...settingsFile }
}

function firstOf(
  sources: readonly (readonly [SettingSource, unknown, string])[],
): { readonly source: SettingSource; readonly raw: unknown; readonly called: string } | undefined {
  const found = sources.find(([, raw]) => raw !== undefined)
  return found && { source: found[0], raw: found[1], called: found[2] }
}

function readOne(setting: Setting<unknown>, raw: unknown, source: string): unknown {
  const value = setting.kind.read(raw)
  if (value !== undefined) return value
  // The password of a URL is as secret as a secret.
  const shown = setting.isSecret ? 'a value' : JSON.stringify(raw).replace(/:(\/*)[^"]*@/g, ':$1...@')
  throw new AppError('invalid_request', `${source} is ${shown}, but must be ${setting.kind.allowed}.`, { details: { setting: source } })
}

function contentOf(path: string, isRequired: boolean): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    // ENOTDIR: the data folder cannot be a folder; making it fails with a better sentence.
    if (!isRequired && ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw new AppError(
      'invalid_request',
      `The settings file ${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'}).`,
      { cause: error },
    )
  }
}

function parseSettings(path: string, content: string): Partial<Record<SettingName, unknown>> {
  const problems: ParseError[] = []
  const values: unknown = parse(content, problems, { allowTrailingComma: true })
  const [problem] = problems
  if (problem)
    throw new AppError(
      'invalid_request',
      `The settings file ${path} is not JSON: ${printParseErrorCode(problem.error)} at character ${problem.offset}.`,
    )
  if (typeof values !== 'object' || values === null || Array.isArray(values))
    throw new AppError('invalid_request', `The settings file ${path} must hold a JSON object.`)
  const unknown = Object.keys(values).find((key) => !Object.hasOwn(SETTINGS, key))
  if (unknown !== undefined)
    throw new AppError('invalid_request', `"${unknown}" in ${path} is not a setting. Settings: ${NAMES.join(', ')}.`)
  return values
}
