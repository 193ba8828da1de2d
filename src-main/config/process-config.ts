import { loadConfig } from './config.ts'
import type { ServerConfig } from './config.ts'
import { readEnvironment } from './env.ts'
import type { RawSettings } from './read-settings.ts'

/** The configuration of this process: its environment, and the flags it was given. Throws what `loadConfig` throws. */
export function loadProcessConfig(flags: RawSettings['flags'] = {}): ServerConfig {
  return loadConfig({ flags, environment: readEnvironment() })
}
