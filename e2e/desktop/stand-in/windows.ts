import { EventEmitter } from 'node:events'
import { app } from './app.ts'
import { runPreload } from './ipc.ts'
import type { Session } from './session.ts'
import { session } from './session.ts'
import { onDeed, tell, wanted } from './wire.ts'

interface Frame {
  url: string
}

interface Preferences {
  readonly preload?: string
  readonly session?: Session
}

type Navigation = 'will-navigate' | 'will-frame-navigate' | 'will-redirect'

export class WebContents extends EventEmitter {
  readonly mainFrame: Frame = { url: '' }
  readonly session: Session
  #decideOpen: ((details: { url: string }) => { action: string }) | undefined

  constructor({ session: own }: Preferences) {
    super()
    this.session = own ?? session.fromPartition('')
    app.emit('web-contents-created', {}, this)
  }

  setWindowOpenHandler(decide: (details: { url: string }) => { action: string }): void {
    this.#decideOpen = decide
  }

  reload(): void {
    tell('reloaded')
  }

  forcefullyCrashRenderer(): void {
    tell('crash-forced')
    this.emit('render-process-gone', {}, { reason: 'killed', exitCode: 9 })
  }

  /** Whether the page may go to `url` in each way there is, open it in a window, and put it into a `<webview>`. */
  probe(url: string): Record<string, boolean> {
    const may = (event: Navigation | 'will-attach-webview'): boolean => {
      let isPrevented = false
      this.emit(event, { url, preventDefault: () => (isPrevented = true) }, url)
      return !isPrevented
    }
    return {
      mayNavigate: may('will-navigate'),
      mayNavigateFrames: may('will-frame-navigate'),
      mayBeRedirected: may('will-redirect'),
      mayOpen: this.#decideOpen?.({ url }).action !== 'deny',
      mayAttach: may('will-attach-webview'),
    }
  }
}

interface Bounds {
  x: number
  y: number
  width: number
  height: number
}

export class BrowserWindow extends EventEmitter {
  static all: BrowserWindow[] = []
  readonly webContents: WebContents
  readonly #preferences: Preferences
  #bounds: Bounds
  #isDestroyed = false
  #isMaximized = false

  constructor(options: Partial<Bounds> & { readonly webPreferences?: Preferences }) {
    super()
    this.#preferences = options.webPreferences ?? {}
    this.#bounds = { x: options.x ?? 100, y: options.y ?? 80, width: options.width ?? 800, height: options.height ?? 600 }
    this.webContents = new WebContents(this.#preferences)
    BrowserWindow.all.push(this)
    const { session: own, ...webPreferences } = this.#preferences
    tell('window', { options: { ...options, webPreferences: { ...webPreferences, partition: own?.partition } } })
  }

  static getAllWindows(): BrowserWindow[] {
    return [...BrowserWindow.all]
  }

  static fromWebContents(contents: WebContents): BrowserWindow | null {
    return BrowserWindow.all.find((window) => window.webContents === contents) ?? null
  }

  async loadURL(url: string): Promise<void> {
    const before = this.webContents.mainFrame.url
    this.webContents.mainFrame.url = url
    tell('loaded', { url, isSamePage: before !== '' && before.split('#', 1)[0] === url.split('#', 1)[0] })
    if (this.#preferences.preload !== undefined && before === '') runPreload(this.#preferences.preload, this.webContents)
    const { protocol } = new URL(url)
    const handler = this.webContents.session.schemes.get(protocol.slice(0, -1))
    if (handler) {
      const response = await handler(new Request(url))
      tell('page', { url, html: await response.text(), csp: response.headers.get('content-security-policy') })
    }
    setImmediate(() => this.emit('ready-to-show'))
  }

  show(): void {
    tell('shown', { url: this.webContents.mainFrame.url })
  }

  focus(): void {
    tell('focused', { url: this.webContents.mainFrame.url })
  }

  maximize(): void {
    this.#isMaximized = true
    tell('maximized')
  }

  restore(): void {
    // Nothing here is minimized.
  }

  isMinimized(): boolean {
    return false
  }

  isMaximized(): boolean {
    return this.#isMaximized
  }

  getNormalBounds(): Bounds {
    return { ...this.#bounds }
  }

  move(bounds: Bounds): void {
    this.#bounds = bounds
    this.emit('move')
  }

  close(): void {
    this.emit('close')
    this.destroy()
  }

  destroy(): void {
    if (this.#isDestroyed) return
    this.#isDestroyed = true
    BrowserWindow.all = BrowserWindow.all.filter((window) => window !== this)
    this.emit('closed')
    if (BrowserWindow.all.length === 0 && !app.emit('window-all-closed')) app.quit()
  }

  isDestroyed(): boolean {
    return this.#isDestroyed
  }
}

const SCREEN = '0,0,1920,1080'

export const screen = {
  getAllDisplays: (): { workArea: Bounds }[] => {
    const [x = 0, y = 0, width = 0, height = 0] = (wanted('SCREEN') ?? SCREEN).split(',').map(Number)
    return [{ workArea: { x, y, width, height } }]
  },
}

const first = (): BrowserWindow => {
  const [window] = BrowserWindow.all
  if (!window) throw new Error('There is no window.')
  return window
}
onDeed('close-window', () => first().close())
onDeed('move-window', (bounds: Bounds) => first().move(bounds))
onDeed('probe', (url: string) => first().webContents.probe(url))
onDeed('follow-link', (url: string) => first().webContents.probe(url)['mayNavigate'])
onDeed('crash-page', () => first().webContents.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 5 }))
onDeed('hang-page', () => first().emit('unresponsive'))
/** Whether a page that has changes of its own is left all the same. */
onDeed('leave-page', () => {
  let isLeft = false
  first().webContents.emit('will-prevent-unload', { preventDefault: () => (isLeft = true) })
  return isLeft
})
onDeed('end-session', () => first().emit('session-end', {}))
onDeed('count-windows', () => BrowserWindow.all.length)
