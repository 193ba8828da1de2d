import { Menu, Tray } from 'electron'
import { trayIcon } from './icons.ts'
import type { Words } from './words.ts'

export interface TrayStatus {
  readonly status: 'running' | 'degraded' | 'stopping'
  readonly sessions: number
  readonly memories: number
}

/** What a click in the tray leads to. */
export interface TrayDeeds {
  open(): void
  copyAddress(): void
  openDataFolder(): void
  isAutostartOn(): boolean
  setAutostart(isOn: boolean): void
  /** Absent where this copy has no updates. */
  readonly checkForUpdates?: () => void
  quit(): void
}

/** Between two looks at the server, in milliseconds. */
const LOOK_MS = 15_000

/** The icon in the tray. Some desktops of Linux show none, so it is never the only way to anything. */
export class AppTray {
  readonly #tray = new Tray(trayIcon('running'))
  readonly #words: Words['tray']
  readonly #deeds: TrayDeeds
  readonly #look: () => Promise<TrayStatus>
  readonly #timer: NodeJS.Timeout
  #status: TrayStatus = { status: 'running', sessions: 0, memories: 0 }

  constructor(words: Words['tray'], deeds: TrayDeeds, look: () => Promise<TrayStatus>) {
    this.#words = words
    this.#deeds = deeds
    this.#look = look
    this.#show(this.#status)
    // On macOS a click opens the menu.
    if (process.platform !== 'darwin') this.#tray.on('click', () => deeds.open())
    this.#timer = setInterval(() => void this.refresh(), LOOK_MS).unref()
    void this.refresh()
  }

  /** Looks at the server and shows how it is. */
  async refresh(): Promise<void> {
    const status = await this.#look()
    if (this.#tray.isDestroyed() || this.#status.status === 'stopping') return
    this.#show(status)
  }

  /** From now on it says that it stops. */
  showStopping(): void {
    this.#show({ ...this.#status, status: 'stopping' })
  }

  /** Windows only: a word from the tray itself. */
  say(title: string, content: string): void {
    this.#tray.displayBalloon({ title, content, iconType: 'info' })
  }

  close(): void {
    clearInterval(this.#timer)
    this.#tray.destroy()
  }

  #show(status: TrayStatus): void {
    const [words, before] = [this.#words, this.#status]
    this.#status = status
    if (status.status !== before.status) this.#tray.setImage(trayIcon(status.status === 'degraded' ? 'degraded' : 'running'))
    this.#tray.setToolTip(`TMWS: ${words[status.status]}`)
    // A menu cannot be changed everywhere, so it is made anew.
    this.#tray.setContextMenu(this.#menu(status))
  }

  #menu({ status, sessions, memories }: TrayStatus) {
    const [words, deeds] = [this.#words, this.#deeds]
    return Menu.buildFromTemplate([
      { label: words[status], enabled: false },
      { label: words.counts(sessions, memories), enabled: false },
      { type: 'separator' },
      { id: 'open', label: words.open, click: () => deeds.open() },
      { id: 'copy-address', label: words.copyAddress, click: () => deeds.copyAddress() },
      { id: 'data-folder', label: words.openDataFolder, click: () => deeds.openDataFolder() },
      { type: 'separator' },
      {
        id: 'autostart',
        label: words.autostart,
        type: 'checkbox',
        checked: deeds.isAutostartOn(),
        click: ({ checked }) => {
          deeds.setAutostart(checked)
          // As it is now, which need not be what was asked.
          this.#show(this.#status)
        },
      },
      { id: 'updates', label: words.checkForUpdates, enabled: deeds.checkForUpdates !== undefined, click: () => deeds.checkForUpdates?.() },
      { type: 'separator' },
      { id: 'quit', label: words.quit, click: () => deeds.quit() },
    ])
  }
}
