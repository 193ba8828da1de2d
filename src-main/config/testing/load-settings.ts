import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import { AppError } from '../../base/errors.ts'
import { loadConfig } from '../config.ts'
import type { ServerConfig } from '../config.ts'
import type { SettingName } from '../settings-table.ts'

type Flags = Partial<Record<SettingName, string>>

/** The data folder of the test that runs: a fresh one for each. */
export let folder: string

/** To be called at the top of a test file. */
export function freshFolderForEach(): void {
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tmws-config-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))
}

export function load(settings: Record<string, string> = {}, flags: Flags = {}, kept: Flags = {}): ServerConfig {
  return loadConfig({ flags, kept, environment: { settings: { TMWS_DATA_DIR: folder, ...settings }, machine: {} } })
}

/** The sentence that settings are refused with. */
export function refusal(settings: Record<string, string>, flags: Flags = {}): string {
  try {
    load(settings, flags)
  } catch (error) {
    if (error instanceof AppError && error.code === 'invalid_request') return error.message
    throw error
  }
  throw new Error('it was accepted')
}
