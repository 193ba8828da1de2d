import { app, BrowserWindow, nativeTheme } from 'electron'
import { join } from 'node:path'
import type { Log } from '../base/log.ts'
import { INSTALLED } from '../server/install-paths.ts'
import { allowPages } from './contents-guard.ts'
import { openDashboardSession } from './dashboard-session.ts'
import type { DesktopState } from './desktop-state.ts'
import { WINDOW_ICON } from './icons.ts'
import { watchWindow } from './window-health.ts'
import { placeNow, rememberPlace, SMALLEST } from './window-place.ts'
import type { Words } from './words.ts'

/** Behind the page until it has painted itself. */
const BACKGROUND = { light: '#fafafa', dark: '#17181a' } as const

export interface WindowParts {
  readonly pageUrl: string
  readonly ownerCookie: string
  readonly state: DesktopState
  readonly words: Words
  readonly log: Log
}

/** The one window: sandboxed, isolated, signed in as the person, and bound to the server's own page. Shows itself when the page is there. */
export async function openWindow({ pageUrl, ownerCookie, state, words, log }: WindowParts, fragment = ''): Promise<BrowserWindow> {
  const session = await openDashboardSession(pageUrl, ownerCookie)
  const window = new BrowserWindow({
    ...placeNow(state),
    minWidth: SMALLEST.width,
    minHeight: SMALLEST.height,
    show: false,
    title: 'TMWS',
    backgroundColor: nativeTheme.shouldUseDarkColors ? BACKGROUND.dark : BACKGROUND.light,
    ...(process.platform === 'linux' && { icon: WINDOW_ICON }),
    webPreferences: {
      session,
      preload: join(INSTALLED.root, 'out', 'preload', 'preload.cjs'),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      spellcheck: false,
      devTools: !app.isPackaged,
    },
  })
  const { origin } = new URL(pageUrl)
  allowPages(window.webContents, (url) => url.origin === origin)
  watchWindow(window, pageUrl, words.page, log)
  rememberPlace(window, state)
  window.once('ready-to-show', () => {
    if (state.facts.window?.isMaximized === true) window.maximize()
    window.show()
  })
  void load(window, pageUrl + fragment, log)
  return window
}

/** Brings a window to the front, and to a place in the dashboard if one is given. */
export function focusWindow(window: BrowserWindow, pageUrl: string, fragment: string | undefined, log: Log): void {
  if (window.isMinimized()) window.restore()
  window.show()
  window.focus()
  // Only the fragment changes: the page is not loaded again.
  if (fragment !== undefined) void load(window, pageUrl + fragment, log)
}

/** A load that another one overtakes, or whose window is closed, fails; that is no trouble. */
async function load(window: BrowserWindow, url: string, log: Log): Promise<void> {
  try {
    await window.loadURL(url)
  } catch (error) {
    log.warn({ err: error }, 'the page of the window could not be loaded')
  }
}
