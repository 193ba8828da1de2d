import { app } from 'electron'
import type { AppUpdater } from 'electron-updater'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { messageOf } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import type { UpdateSource } from './updates.ts'

/** What the installer leaves beside the app: where its releases are. */
const METADATA = 'app-update.yml'

/** The updates of an installed app, or why this copy has none. Nothing is loaded or asked by this. */
export async function openUpdateSource(log: Log): Promise<{ readonly source?: UpdateSource; readonly why: string }> {
  if (!app.isPackaged) return { why: 'TMWS runs from its sources; update those.' }
  if (!existsSync(join(process.resourcesPath, METADATA))) return { why: 'This copy of TMWS was made without an address for updates.' }
  try {
    // CommonJS, whose exports are made on demand: only its default import has them.
    const { default: updater } = await import('electron-updater')
    return { source: new ElectronUpdateSource(updater.autoUpdater, log.child('updates')), why: '' }
  } catch (error) {
    log.warn({ err: error }, 'the updater could not be loaded')
    return { why: `The updater could not be loaded (${messageOf(error)}).` }
  }
}

/** electron-updater, told to do nothing by itself but to install at the end what the person had it download. */
class ElectronUpdateSource implements UpdateSource {
  readonly #updater: AppUpdater

  constructor(updater: AppUpdater, log: Log) {
    updater.autoDownload = false
    updater.autoInstallOnAppQuit = true
    updater.allowDowngrade = false
    // It would send an id that it makes for this installation.
    updater.requestHeaders = { 'x-user-staging-id': '00000000-0000-0000-0000-000000000000' }
    updater.logger = {
      info: (message: unknown) => log.debug({}, String(message)),
      warn: (message: unknown) => log.warn({}, String(message)),
      error: (message: unknown) => log.warn({}, String(message)),
    }
    // Each call rejects with it as well; without a listener it would end the process.
    updater.on('error', () => undefined)
    this.#updater = updater
  }

  async look(): Promise<string | undefined> {
    const found = await this.#updater.checkForUpdates()
    return found?.isUpdateAvailable === true ? found.updateInfo.version : undefined
  }

  async download(onProgress: (part: number) => void): Promise<void> {
    const tell = ({ percent }: { readonly percent: number }): void => onProgress(percent / 100)
    this.#updater.on('download-progress', tell)
    try {
      await this.#updater.downloadUpdate()
    } finally {
      this.#updater.off('download-progress', tell)
    }
  }

  installNow(): void {
    this.#updater.quitAndInstall(true, true)
  }
}
