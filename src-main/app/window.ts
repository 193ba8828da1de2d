import { BrowserWindow, shell } from 'electron'
import { fileURLToPath } from 'node:url'
import { OWNER_COOKIE } from '../contract/protocol.ts'

/** The one window: sandboxed, isolated, signed in as the person, and bound to the server's own page. Links to the web open in the browser. */
export function openWindow(pageUrl: string, ownerCookie: string): BrowserWindow {
  const window = new BrowserWindow({
    width: 1280,
    height: 800,
    minWidth: 1024,
    minHeight: 700,
    show: false,
    title: 'TMWS',
    webPreferences: {
      preload: fileURLToPath(new URL('../preload/preload.cjs', import.meta.url)),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
    },
  })
  const { origin } = new URL(pageUrl)
  window.webContents.on('will-navigate', (event, url) => {
    if (new URL(url).origin !== origin) event.preventDefault()
  })
  window.webContents.setWindowOpenHandler(({ url }) => {
    if (/^https?:\/\//.test(url)) void shell.openExternal(url)
    return { action: 'deny' }
  })
  window.webContents.session.setPermissionRequestHandler((_contents, permission, decide) =>
    decide(permission === 'clipboard-sanitized-write'),
  )
  window.once('ready-to-show', () => window.show())
  const cookie = { url: pageUrl, name: OWNER_COOKIE, value: ownerCookie, httpOnly: true, sameSite: 'strict' } as const
  // A page that could not be signed in asks for the token.
  void window.webContents.session.cookies
    .set(cookie)
    .catch(() => undefined)
    .then(() => window.loadURL(pageUrl))
  return window
}
