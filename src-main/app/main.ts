import { app, dialog } from 'electron'
import type { BrowserWindow } from 'electron'
import { AppError, messageOf } from '../base/errors.ts'
import type { ServerConfig } from '../config/config.ts'
import { dataPaths } from '../config/paths.ts'
import { VERSION } from '../server/install-paths.ts'
import { MemoryServer } from '../server/memory-server.ts'
import { openLog } from '../server/pino-log.ts'
import { loadAppConfig, logProtection } from './app-config.ts'
import { serveIpc } from './ipc.ts'
import { openWindow } from './window.ts'

/** The desktop app: the server in this process, and a window on its dashboard. Closing the window keeps the server; quitting drains it. */
async function runApp(): Promise<void> {
  if (!app.requestSingleInstanceLock()) {
    app.quit()
    return
  }
  await app.whenReady()
  // What is written is for this user only, whatever the desktop says.
  process.umask(0o077)
  const { config, vault } = loadAppConfig()
  const { log, close: closeLog } = openLog({ ...config.log, format: 'json', folder: dataPaths(config.dataDir).logFolder })
  logProtection(vault, log)
  const server = await startOnFreePorts(config, log)
  const pageUrl = `${server.addresses.apiUrl}/`
  serveIpc({ version: VERSION, dataDir: config.dataDir, trustedOrigin: new URL(pageUrl).origin })

  let window: BrowserWindow | undefined
  const show = (): void => {
    if (!window || window.isDestroyed()) window = openWindow(pageUrl, server.ownerCookie)
    else window.focus()
  }
  app.on('second-instance', show)
  app.on('activate', show)
  // Without a listener Electron would quit with its last window, and the agents' memory with it.
  app.on('window-all-closed', () => undefined)
  let isStopped = false
  app.on('before-quit', (event) => {
    if (isStopped) return
    event.preventDefault()
    void server
      .stop()
      .then(closeLog)
      .finally(() => {
        isStopped = true
        app.quit()
      })
  })
  show()
}

/** A taken port is no reason not to start: the app takes a free one, and the discovery file says which. */
async function startOnFreePorts(config: ServerConfig, log: ReturnType<typeof openLog>['log']): Promise<MemoryServer> {
  try {
    return await MemoryServer.start(config, log)
  } catch (error) {
    if (!(error instanceof AppError) || error.details?.['port'] === undefined) throw error
    log.warn({ err: error }, 'a port is taken; free ports are used instead')
    return MemoryServer.start({ ...config, api: { ...config.api, port: 0 }, ws: { ...config.ws, port: 0 } }, log)
  }
}

runApp().catch((error: unknown) => {
  dialog.showErrorBox('TMWS could not start', messageOf(error))
  app.exit(1)
})
