import { resolve } from 'node:path'
import type { Log } from '../base/log.ts'
import type { ServerConfig } from '../config/config.ts'
import { defaultDataDir, dataPaths } from '../config/paths.ts'
import { loadProcessConfig, processEnvironment } from '../config/process-config.ts'
import type { AppArguments } from './app-arguments.ts'
import { SecretVault } from './secret-vault.ts'

/** The data folder, known before anything of it is read; that of `ServerConfig.dataDir`. Absolute. */
export function dataFolderOf(flags: AppArguments['flags']): string {
  const { settings, machine } = processEnvironment()
  return resolve(flags.data_dir ?? settings['TMWS_DATA_DIR'] ?? defaultDataDir(machine))
}

/**
 * The configuration of the app: that of its flags, environment and settings file, with secrets from the vault where neither gives any. The key
 * that signs tokens is made at the first start, and sign-in is on unless the person says otherwise; the others count when somebody has put them in.
 */
export function loadAppConfig(flags: AppArguments['flags'] = {}): { readonly config: ServerConfig; readonly vault: SecretVault } {
  const environment = processEnvironment()
  const { settings } = environment
  const vault = new SecretVault(dataPaths(dataFolderOf(flags)).secretsFile)
  const databaseKey = settings['TMWS_DATABASE_KEY_FILE'] === undefined ? vault.get('database-key') : undefined
  const apiKey = vault.get('embedding-api-key')
  const kept = {
    // On this machine other programs, pages and people are about: nobody comes in without a token.
    auth_enabled: 'true',
    // Never made where the environment has one: it would be a second key that nobody uses.
    ...(settings['TMWS_SECRET_KEY'] === undefined && { secret_key: vault.getOrMake('secret-key') }),
    ...(databaseKey !== undefined && { database_key: databaseKey }),
    ...(apiKey !== undefined && { embedding_api_key: apiKey }),
  }
  return { config: loadProcessConfig(flags, environment, kept), vault }
}

/** Says openly when a secret is only as safe as its file. */
export function logProtection(vault: SecretVault, log: Log): void {
  if (vault.protection === 'keychain') log.info({}, 'secrets of the app are encrypted with the keychain of this user')
  else log.warn({}, 'this system offers no keychain: secrets of the app are protected by the rights of their file only')
}
