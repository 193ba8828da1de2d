import { dialog } from 'electron'
import type { BrowserWindow } from 'electron'
import type { Log } from '../base/log.ts'
import { openInBrowser } from './contents-guard.ts'
import type { Words } from './words.ts'

/** A page that crashes as often as this within the time is not loaded again by itself. */
const MAX_CRASHES = 3
const CRASH_WINDOW_MS = 60_000

/**
 * Loads a page anew that has crashed, asks about one that hangs, and before one is left that has changes of its own. The server goes on in
 * each case.
 */
export function watchWindow(window: BrowserWindow, pageUrl: string, words: Words['page'], log: Log): void {
  let crashes: number[] = []
  const { webContents } = window

  webContents.on('render-process-gone', (_event, details) => {
    // `clean-exit` is how a page ends that is closed.
    if (details.reason === 'clean-exit' || window.isDestroyed()) return
    log.error({ reason: details.reason, exit_code: details.exitCode }, 'the page of the window has crashed')
    const now = Date.now()
    crashes = [...crashes.filter((at) => now - at < CRASH_WINDOW_MS), now]
    if (crashes.length <= MAX_CRASHES) webContents.reload()
    else void askAfterCrashes()
  })

  let isAsking = false
  window.on('unresponsive', () => {
    if (isAsking) return
    isAsking = true
    log.warn({}, 'the page of the window does not answer')
    const buttons = [words.wait, words.reload]
    void dialog
      .showMessageBox(window, { type: 'warning', message: words.unresponsive, detail: words.unresponsiveDetail, buttons, cancelId: 0 })
      .then(({ response }) => {
        // Its own end first: a page that hangs does not take an order to load again.
        if (response === 1 && !window.isDestroyed()) webContents.forcefullyCrashRenderer()
      })
      .finally(() => (isAsking = false))
  })

  webContents.on('will-prevent-unload', (event) => {
    const buttons = [words.keepEditing, words.discard]
    const choice = dialog.showMessageBoxSync(window, { type: 'question', message: words.unsaved, buttons, cancelId: 0 })
    // What is prevented is that the page keeps itself open.
    if (choice === 1) event.preventDefault()
  })

  async function askAfterCrashes(): Promise<void> {
    const buttons = [words.reload, words.openInBrowser, words.close]
    const { response } = await dialog.showMessageBox({
      type: 'error',
      message: words.crashed,
      detail: words.crashedDetail,
      buttons,
      cancelId: 2,
    })
    if (window.isDestroyed()) return
    crashes = []
    if (response === 0) webContents.reload()
    if (response === 1) openInBrowser(pageUrl)
    if (response !== 0) window.close()
  }
}
