import { app, BrowserWindow, dialog } from 'electron'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { messageOf } from '../base/errors.ts'
import { PRIVATE_FOLDER } from '../base/private-files.ts'
import { PRODUCT_NAME } from '../contract/protocol.ts'
import { APP_ID } from './app-id.ts'
import { readAppArguments } from './app-arguments.ts'
import type { AppArguments } from './app-arguments.ts'
import { dataFolderOf } from './app-config.ts'
import { wasOpenedAtLogin } from './autostart.ts'
import { guardAllContents } from './contents-guard.ts'
import { claimLinks, fragmentOf } from './deep-link.ts'
import { Desk } from './desk.ts'
import { registerFailureScheme } from './failure-window.ts'
import { startServer } from './start-server.ts'
import type { Running } from './start-server.ts'
import { findWayOut } from './way-out.ts'

/** Folder of Chromium's own files in the data folder: cookies, caches, the lock of the single instance. */
const PROFILE_FOLDER = 'desktop'

/** The desktop app: the server in this process, a tray, and a window on the dashboard. One for each data folder. */
export function runApp(args: readonly string[]): void {
  const given = readAppArguments(args)
  app.setName(PRODUCT_NAME)
  keepProfileIn(join(dataFolderOf(given.flags), PROFILE_FOLDER))
  if (process.platform === 'win32') app.setAppUserModelId(APP_ID)
  app.enableSandbox()
  registerFailureScheme()
  guardAllContents()
  if (!app.requestSingleInstanceLock()) {
    app.quit()
    return
  }
  const wishes = new Wishes(given)
  app
    .whenReady()
    .then(() => live(given, wishes))
    .catch((error: unknown) => {
      dialog.showErrorBox(`${PRODUCT_NAME} could not start`, messageOf(error))
      app.exit(1)
    })
}

/** Beside our data, and not in a folder of the app's name: where case does not count, that is the data folder itself. */
function keepProfileIn(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: PRIVATE_FOLDER })
    for (const name of ['userData', 'sessionData']) app.setPath(name, folder)
  } catch {
    // Where the data folder cannot be made, the start of the server says so better, and needs a profile for its page.
  }
}

async function live(given: AppArguments, wishes: Wishes): Promise<void> {
  // What is written is for this user only, whatever the desktop says.
  process.umask(0o077)
  claimLinks()
  const running = await startUntilItRuns(given.flags)
  if (!running) {
    app.exit(1)
    return
  }
  const desk = await Desk.open(running)
  wishes.fulfilBy((fragment) => desk.show(fragment))
}

async function startUntilItRuns(flags: AppArguments['flags']): Promise<Running | undefined> {
  // Closing the page that says what is wrong must not end the app between two tries.
  app.on('window-all-closed', () => undefined)
  for (;;) {
    const started = await startServer(flags)
    if ('server' in started) return started
    if ((await findWayOut(started)) === 'quit') return undefined
  }
}

/** That the window be shown, and where: asked for by links, second starts and the dock, at times before there can be one. */
class Wishes {
  #isWanted: boolean
  #fragment: string | undefined
  #show: ((fragment: string | undefined) => void) | undefined

  constructor({ isHidden, fragment }: AppArguments) {
    this.#isWanted = !isHidden && !wasOpenedAtLogin()
    this.#fragment = fragment
    if (fragment !== undefined) this.#isWanted = true
    app.on('second-instance', (_event, argv) => {
      const { isHidden: wantsNone, fragment: there } = readAppArguments(argv.slice(1))
      if (!wantsNone || there !== undefined) this.#wish(there)
    })
    // macOS brings links by an event, also the one that starts the app.
    app.on('open-url', (event, url) => {
      event.preventDefault()
      const there = fragmentOf(url)
      if (there !== undefined) this.#wish(there)
    })
    app.on('activate', () => this.#wish(undefined))
  }

  fulfilBy(show: (fragment: string | undefined) => void): void {
    this.#show = show
    if (this.#isWanted) show(this.#fragment)
  }

  #wish(fragment: string | undefined): void {
    this.#isWanted = true
    this.#fragment = fragment ?? this.#fragment
    if (this.#show) this.#show(fragment)
    // Perhaps the page that says why the server does not start.
    else BrowserWindow.getAllWindows()[0]?.focus()
  }
}
