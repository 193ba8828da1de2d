// What our main process uses of Electron, on plain Node: enough to run it for real where Electron's runtime cannot be had. Windows
// do not show; what is asked of them is told to the test over IPC, and the test tells what a person does.
import { EventEmitter } from 'node:events'

type Handler = (event: { senderFrame: { url: string } }) => unknown

const handlers = new Map<string, Handler>()
let currentUrl = ''

function tell(type: string, facts: Readonly<Record<string, unknown>> = {}): void {
  process.send?.({ type, ...facts })
}

class App extends EventEmitter {
  whenReady(): Promise<void> {
    return Promise.resolve()
  }

  requestSingleInstanceLock(): boolean {
    return true
  }

  quit(): void {
    const event = { isPrevented: false, preventDefault: () => (event.isPrevented = true) }
    this.emit('before-quit', event)
    if (!event.isPrevented) this.exit(0)
  }

  exit(code: number): void {
    // eslint-disable-next-line no-restricted-syntax -- this is what Electron's own does
    process.exit(code)
  }
}

class WebContents extends EventEmitter {
  readonly session = {
    setPermissionRequestHandler: (): void => undefined,
    cookies: {
      set: (cookie: Readonly<Record<string, unknown>>): Promise<void> => {
        tell('cookie', { cookie })
        return Promise.resolve()
      },
    },
  }
  #decideOpen: ((details: { url: string }) => { action: string }) | undefined

  setWindowOpenHandler(decide: (details: { url: string }) => { action: string }): void {
    this.#decideOpen = decide
  }

  /** Whether the page may leave for `url`, and whether it may open it in a window. */
  probe(url: string): { mayNavigate: boolean; mayOpen: boolean } {
    let mayNavigate = true
    this.emit('will-navigate', { preventDefault: () => (mayNavigate = false) }, url)
    return { mayNavigate, mayOpen: this.#decideOpen?.({ url }).action !== 'deny' }
  }
}

export class BrowserWindow extends EventEmitter {
  static all: BrowserWindow[] = []
  readonly webContents = new WebContents()
  #isDestroyed = false

  constructor(options: Readonly<Record<string, unknown>>) {
    super()
    BrowserWindow.all.push(this)
    tell('window', { options })
  }

  loadURL(url: string): Promise<void> {
    currentUrl = url
    setImmediate(() => this.emit('ready-to-show'))
    return Promise.resolve()
  }

  show(): void {
    tell('shown', { url: currentUrl })
  }

  focus(): void {
    tell('focused')
  }

  close(): void {
    this.#isDestroyed = true
    BrowserWindow.all = BrowserWindow.all.filter((window) => window !== this)
    if (BrowserWindow.all.length === 0 && !app.emit('window-all-closed')) app.quit()
  }

  isDestroyed(): boolean {
    return this.#isDestroyed
  }
}

export const app = new App()
export const dialog = { showErrorBox: (title: string, content: string): void => tell('error-box', { title, content }) }
export const shell = {
  openExternal: (url: string): Promise<void> => {
    tell('external', { url })
    return Promise.resolve()
  },
  openPath: (path: string): Promise<string> => {
    tell('path', { path })
    return Promise.resolve('')
  },
}
export const ipcMain = { handle: (channel: string, handler: Handler): void => void handlers.set(channel, handler) }

/** A keychain as the test wants it: `TMWS_TEST_KEYCHAIN` is none, basic_text, or the name of a backend. Its cipher is a stand-in as well. */
const keychain = process.env['TMWS_TEST_KEYCHAIN'] ?? 'gnome_libsecret'
const MARK = 'stand-in:'
export const safeStorage = {
  isEncryptionAvailable: (): boolean => keychain !== 'none',
  getSelectedStorageBackend: (): string => keychain,
  encryptString: (text: string): Buffer => Buffer.from(MARK + Buffer.from(text).toString('hex')),
  decryptString: (sealed: Buffer): string => {
    if (!sealed.toString().startsWith(MARK)) throw new Error('Error while decrypting the ciphertext provided to safeStorage.decryptString.')
    return Buffer.from(sealed.toString().slice(MARK.length), 'hex').toString()
  },
}

/** What a test can do: the person's hands. */
const deeds: Readonly<Record<string, (argument: string) => unknown>> = {
  quit: () => app.quit(),
  'close-window': () => BrowserWindow.all[0]?.close(),
  'second-instance': () => app.emit('second-instance'),
  probe: (url) => BrowserWindow.all[0]?.webContents.probe(url),
  invoke: (channel) => handlers.get(channel)?.({ senderFrame: { url: currentUrl } }),
  'invoke-as-stranger': (channel) => handlers.get(channel)?.({ senderFrame: { url: 'https://elsewhere.example/' } }),
}

process.on('message', (message: { deed: string; argument: string; id: number }) => {
  void Promise.resolve()
    .then(() => deeds[message.deed]?.(message.argument))
    .then(
      (result) => tell('done', { id: message.id, result }),
      (error: unknown) => tell('done', { id: message.id, error: String(error) }),
    )
})
