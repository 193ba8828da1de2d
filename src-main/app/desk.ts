import { app, clipboard, nativeTheme, shell } from 'electron'
import type { BrowserWindow } from 'electron'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { dataPaths } from '../config/paths.ts'
import { thisMachine } from '../config/machine.ts'
import { VERSION } from '../server/install-paths.ts'
import { setAppMenu } from './app-menu.ts'
import { AutostartSwitch } from './autostart.ts'
import { sayItStays } from './close-notice.ts'
import { openInBrowser } from './contents-guard.ts'
import { DesktopState } from './desktop-state.ts'
import { openUpdateSource } from './electron-update-source.ts'
import { deskHandlers } from './desk-handlers.ts'
import { FileMoves } from './file-moves.ts'
import { serveIpc } from './ipc.ts'
import { OwnServer } from './own-server.ts'
import { quitThrough, quitWithSession } from './quitting.ts'
import { storeDied } from './start-failure.ts'
import type { Running } from './start-server.ts'
import { AppTray } from './tray.ts'
import { checkWithDialog } from './update-dialog.ts'
import { UpdateDesk } from './updates.ts'
import { findWayOut } from './way-out.ts'
import { focusWindow, openWindow } from './window.ts'
import { languageOf, wordsIn } from './words.ts'

/** Everything a person sees of a running server: tray, menu, window, and what the window may ask. */
export class Desk {
  readonly #running: Running
  readonly #own: OwnServer
  readonly #state: DesktopState
  readonly #updates: UpdateDesk
  readonly #tray: AppTray
  readonly #language = languageOf(app.getLocale())
  readonly #words = wordsIn(this.#language)
  readonly #pageUrl: string
  #window: Promise<BrowserWindow> | undefined
  #dashboard: BrowserWindow | undefined
  #isQuitting = false

  static async open(running: Running): Promise<Desk> {
    const state = new DesktopState(join(running.config.dataDir, 'desktop.json'), (error) =>
      running.log.warn({ err: error }, 'the place of the window and the like could not be kept'),
    )
    const { source, why } = await openUpdateSource(running.log)
    return new Desk(running, state, new UpdateDesk(source, why, state, running.log))
  }

  private constructor(running: Running, state: DesktopState, updates: UpdateDesk) {
    this.#running = running
    this.#state = state
    this.#updates = updates
    this.#own = new OwnServer(running.server)
    this.#pageUrl = `${this.#own.apiUrl}/`
    nativeTheme.themeSource = state.facts.theme
    const autostart = new AutostartSwitch(thisMachine())
    const deeds = this.#deeds()
    const { tray } = this.#words
    this.#tray = new AppTray(
      tray,
      { ...deeds, isAutostartOn: () => autostart.get().isOn, setAutostart: (isOn) => void autostart.set(isOn) },
      () => this.#own.look(),
    )
    setAppMenu(this.#words, deeds)
    app.setAboutPanelOptions({ applicationName: 'TMWS', applicationVersion: VERSION })
    const moves = new FileMoves(this.#own, this.#words.files)
    const handlers = deskHandlers({
      info: this.#info(),
      autostart,
      updates,
      moves,
      state,
      showDataFolder: () => this.#openDataFolder(),
      showLog: deeds.showLog,
    })
    serveIpc(handlers, new URL(this.#pageUrl).origin, () => this.#dashboard)
    quitThrough(
      () => this.#stop(),
      () => updates.installIfWanted(),
    )
    void running.server.context.storeDied?.then((error) => this.#startAnew(error))
    this.#refreshAutostart(autostart)
  }

  /** Opens the window, or brings it to the front; at a place in the dashboard if one is given. */
  show(fragment: string | undefined): void {
    if (this.#isQuitting) return
    if (this.#window) {
      void this.#window.then((window) => focusWindow(window, this.#pageUrl, fragment, this.#running.log))
      return
    }
    const { log, server } = this.#running
    const parts = { pageUrl: this.#pageUrl, ownerCookie: server.ownerCookie, state: this.#state, words: this.#words, log }
    this.#window = openWindow(parts, fragment).then((window) => {
      this.#dashboard = window
      quitWithSession(window)
      window.on('closed', () => {
        this.#dashboard = this.#window = undefined
        if (!this.#isQuitting) sayItStays(this.#state, this.#words.closeNotice, this.#tray)
      })
      return window
    })
    this.#window.catch((error: unknown) => {
      this.#window = undefined
      log.error({ err: error }, 'the window could not be opened')
    })
  }

  /** What tray and menu lead to. */
  #deeds() {
    const check = (): void => void checkWithDialog(this.#updates, this.#words.updates)
    return {
      open: () => this.show(undefined),
      copyAddress: () => clipboard.writeText(this.#own.apiUrl),
      openDataFolder: () =>
        void this.#openDataFolder().catch((error: unknown) =>
          this.#running.log.warn({ err: error }, 'the data folder could not be opened'),
        ),
      showLog: () => shell.showItemInFolder(join(dataPaths(this.#running.config.dataDir).logFolder, 'tmws.log')),
      openApiDocs: () => void openInBrowser(`${this.#own.apiUrl}/docs`),
      ...(this.#updates.isThere && { checkForUpdates: check }),
      quit: () => app.quit(),
    }
  }

  #info() {
    const { apiUrl, wsUrl } = this.#own
    const { config, portNote, vault } = this.#running
    return {
      version: VERSION,
      platform: process.platform,
      arch: process.arch,
      isInstalled: app.isPackaged,
      language: this.#language,
      dataFolder: config.dataDir,
      apiUrl,
      ...(wsUrl !== undefined && { wsUrl }),
      portNote,
      secretProtection: vault.protection,
    }
  }

  async #openDataFolder(): Promise<void> {
    mkdirSync(this.#running.config.dataDir, { recursive: true, mode: 0o700 })
    const problem = await shell.openPath(this.#running.config.dataDir)
    if (problem !== '') throw new Error(`The folder could not be opened: ${problem}`)
  }

  /** Lets running calls finish, closes the store, and says so until it is done. */
  async #stop(): Promise<void> {
    this.#isQuitting = true
    this.#tray.showStopping()
    this.#updates.close()
    await this.#running.server.stop()
    // Without asking the page, which could keep the app open on a server that is gone.
    this.#dashboard?.destroy()
    this.#tray.close()
    await this.#running.closeLog()
  }

  async #startAnew(error: Error): Promise<void> {
    this.#running.log.error({ err: error }, 'the store has stopped for good; only a new process can open it again')
    this.#isQuitting = true
    this.#dashboard?.destroy()
    if ((await findWayOut(storeDied(error, this.#running.config))) === 'retry') relaunch()
    app.quit()
  }

  #refreshAutostart(autostart: AutostartSwitch): void {
    try {
      autostart.refresh()
    } catch (error) {
      this.#running.log.warn({ err: error }, 'the autostart entry could not be brought to where the app is now')
    }
  }
}

/** The program of an AppImage is in a mount that goes with this process; its file stays. */
function relaunch(): void {
  const appImage = thisMachine().env['APPIMAGE']
  app.relaunch(appImage === undefined ? {} : { execPath: appImage })
}
