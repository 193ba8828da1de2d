import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Environment } from './env.ts'

/** The platform's application-data folder + `tmws`. */
export function defaultDataDir(machine: Environment['machine'], platform: NodeJS.Platform = process.platform): string {
  const home = homedir()
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'tmws')
  if (platform === 'win32') return join(machine.appData ?? join(home, 'AppData', 'Roaming'), 'tmws')
  return join(machine.xdgDataHome ?? join(home, '.local', 'share'), 'tmws')
}

/** `~/.tmws/runtime.json`: in the home folder itself, because packaged apps on Windows see another application-data folder. */
export function defaultRuntimeFile(): string {
  return join(homedir(), '.tmws', 'runtime.json')
}

/** What lies in a data folder. */
export function dataPaths(dataDir: string) {
  return {
    database: join(dataDir, 'tmws.db'),
    logFolder: join(dataDir, 'logs'),
    backupFolder: join(dataDir, 'backups'),
    modelFolder: join(dataDir, 'models'),
    settingsFile: join(dataDir, 'settings.json'),
    /** Secrets of the desktop app (app/secret-vault.ts). */
    secretsFile: join(dataDir, 'secrets.json'),
    /** Says to a second start where the first one runs. */
    ownerFile: join(dataDir, 'owner.json'),
    /** There while the last server on this folder forbade bridges to serve from it; holds the reason. */
    embeddedRefusalFile: join(dataDir, 'bridges-need-the-server.txt'),
  } as const
}
