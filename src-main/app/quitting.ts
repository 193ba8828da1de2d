import { app, powerMonitor } from 'electron'
import type { BrowserWindow } from 'electron'

/** How long the server may take to stop before the app ends anyway, in milliseconds: ten for running calls, the rest for closing. */
const STOP_BUDGET_MS = 15_000

/**
 * Every way to the end leads through one stop: quitting, a signal, the system going down. `stop` may take its time within the budget;
 * `last` is done when it has, and returns whether it ends the app itself.
 */
export function quitThrough(stop: () => Promise<void>, last: () => boolean): void {
  let state: 'runs' | 'stops' | 'stopped' = 'runs'
  app.on('before-quit', (event) => {
    if (state === 'stopped') return
    event.preventDefault()
    if (state === 'stops') return
    state = 'stops'
    const end = (): void => {
      state = 'stopped'
      if (!last()) app.quit()
    }
    const enough = new Promise<void>((resolve) => void setTimeout(resolve, STOP_BUDGET_MS).unref())
    void Promise.race([stop().catch(() => undefined), enough]).then(end)
  })
  // The system waits for us when it is asked to; not on Windows, which tells its windows.
  powerMonitor.on('shutdown', (event?: { preventDefault?: () => void }) => {
    event?.preventDefault?.()
    app.quit()
  })
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => app.quit())
}

/** Windows ends the session of its user: the window is told, and what it starts then has a few seconds. */
export function quitWithSession(window: BrowserWindow): void {
  window.on('session-end', () => app.quit())
}

/** Quits when what is being answered has been answered. */
export function endSoon(): void {
  setImmediate(() => app.quit())
}
