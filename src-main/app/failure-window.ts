import { BrowserWindow, nativeTheme, protocol, session } from 'electron'
import { actionOf, FAILURE_CSP, FAILURE_SCHEME, FAILURE_STYLE, FAILURE_URL, failurePage } from './failure-page.ts'
import type { FailureAction, FailureFace } from './failure-page.ts'
import { allowPages } from './contents-guard.ts'
import { WINDOW_ICON } from './icons.ts'
import type { Words } from './words.ts'

const PARTITION = 'failure'

/** Before the app is ready: a scheme of our own, so that no page is loaded from a file. */
export function registerFailureScheme(): void {
  protocol.registerSchemesAsPrivileged([{ scheme: FAILURE_SCHEME, privileges: { standard: true, secure: true } }])
}

/** A small window with a page that says what is wrong, and the one action that the person then chooses. Closing it means to quit. */
export class FailureWindow {
  readonly #window: BrowserWindow
  readonly #words: Words['failure']
  readonly #language: string
  #face: FailureFace
  #choose: ((action: FailureAction) => void) | undefined

  constructor(face: FailureFace, words: Words['failure'], language: string) {
    this.#face = face
    this.#words = words
    this.#language = language
    const own = session.fromPartition(PARTITION)
    own.setPermissionRequestHandler((_contents, _permission, decide) => decide(false))
    own.setPermissionCheckHandler(() => false)
    if (own.protocol.isProtocolHandled(FAILURE_SCHEME)) own.protocol.unhandle(FAILURE_SCHEME)
    own.protocol.handle(FAILURE_SCHEME, ({ url }) => this.#answer(url))
    this.#window = new BrowserWindow({
      width: 680,
      height: 460,
      show: false,
      title: words.title,
      backgroundColor: nativeTheme.shouldUseDarkColors ? '#17181a' : '#fafafa',
      ...(process.platform === 'linux' && { icon: WINDOW_ICON }),
      webPreferences: {
        session: own,
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        javascript: false,
        devTools: false,
        spellcheck: false,
      },
    })
    allowPages(this.#window.webContents, (url) => url.href === FAILURE_URL)
    this.#window.webContents.on('will-navigate', ({ url }) => {
      const action = actionOf(url, this.#face)
      if (action !== undefined) this.#settle(action)
    })
    this.#window.once('ready-to-show', () => this.#window.show())
    this.#window.once('closed', () => this.#settle('quit'))
  }

  /** Shows what the face says now, and resolves with what the person chooses. */
  ask(face: FailureFace): Promise<FailureAction> {
    this.#face = face
    const chosen = new Promise<FailureAction>((resolve) => (this.#choose = resolve))
    // A load that is overtaken or whose window is closed is no trouble.
    void this.#window.loadURL(FAILURE_URL).catch(() => undefined)
    return chosen
  }

  close(): void {
    this.#choose = undefined
    if (!this.#window.isDestroyed()) this.#window.destroy()
  }

  #answer(url: string): Response {
    if (url === FAILURE_URL) return respond(failurePage(this.#face, this.#words, this.#language), 'text/html')
    if (url === `${FAILURE_URL}page.css`) return respond(FAILURE_STYLE, 'text/css')
    return new Response(null, { status: 404 })
  }

  #settle(action: FailureAction): void {
    const choose = this.#choose
    this.#choose = undefined
    choose?.(action)
  }
}

function respond(text: string, type: string): Response {
  return new Response(text, {
    headers: {
      'content-type': `${type}; charset=utf-8`,
      'content-security-policy': FAILURE_CSP,
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    },
  })
}
