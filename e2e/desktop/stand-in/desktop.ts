import { EventEmitter } from 'node:events'
import { onDeed, tell, wanted } from './wire.ts'

interface Template {
  readonly id?: string
  readonly label?: string
  readonly role?: string
  readonly type?: string
  readonly enabled?: boolean
  checked?: boolean
  readonly click?: (item: { checked: boolean }) => void
  readonly submenu?: readonly Template[]
}

export class Menu {
  readonly items: readonly Template[]

  constructor(items: readonly Template[]) {
    this.items = items
  }

  static buildFromTemplate(items: readonly Template[]): Menu {
    return new Menu(items)
  }

  static setApplicationMenu(menu: Menu): void {
    tell('menu', { items: menu.items.map(shown) })
    appMenu = menu
  }

  click(label: string): void {
    const item = flat(this.items).find((one) => one.id === label || one.label === label)
    if (!item) throw new Error(`There is no item "${label}".`)
    if (item.enabled === false) throw new Error(`The item "${label}" is grey.`)
    if (item.type === 'checkbox') item.checked = item.checked !== true
    item.click?.({ checked: item.checked === true })
  }
}

let appMenu: Menu | undefined
let trayMenu: Menu | undefined

function flat(items: readonly Template[]): Template[] {
  return items.flatMap((item) => [item, ...flat(item.submenu ?? [])])
}

function shown({ label, role, submenu, checked, enabled }: Template): Record<string, unknown> {
  return { label, role, checked, enabled, ...(submenu && { submenu: submenu.map(shown) }) }
}

export class Tray extends EventEmitter {
  #isDestroyed = false

  constructor(image: { path: string }) {
    super()
    tell('tray', { image: image.path })
  }

  setImage(image: { path: string }): void {
    tell('tray', { image: image.path })
  }

  setToolTip(text: string): void {
    tell('tray-tip', { text })
  }

  setContextMenu(menu: Menu): void {
    trayMenu = menu
    tell('tray-menu', { items: menu.items.map(shown) })
  }

  displayBalloon(balloon: Readonly<Record<string, unknown>>): void {
    tell('balloon', balloon)
  }

  destroy(): void {
    this.#isDestroyed = true
    tell('tray-gone')
  }

  isDestroyed(): boolean {
    return this.#isDestroyed
  }
}

export class Notification {
  readonly #options: Readonly<Record<string, unknown>>

  constructor(options: Readonly<Record<string, unknown>>) {
    this.#options = options
  }

  static isSupported(): boolean {
    return true
  }

  show(): void {
    tell('notification', this.#options)
  }
}

export const nativeImage = { createFromPath: (path: string) => ({ path, setTemplateImage: (): void => undefined }) }
export const nativeTheme = {
  themeSource: 'system',
  get shouldUseDarkColors(): boolean {
    return nativeTheme.themeSource === 'dark'
  },
}
export const clipboard = { writeText: (text: string): void => tell('copied', { text }) }
export const shell = {
  openExternal: (url: string): Promise<void> => {
    tell('external', { url })
    return Promise.resolve()
  },
  openPath: (path: string): Promise<string> => {
    tell('path', { path })
    return Promise.resolve('')
  },
  showItemInFolder: (path: string): void => tell('item', { path }),
}

/** What the person will answer to the next dialogs; to any other they say no. */
const answers: Readonly<Record<string, unknown>>[] = []
const ask = (kind: string, args: readonly unknown[], no: Readonly<Record<string, unknown>>): Promise<unknown> => {
  tell('dialog', { kind, options: args.at(-1) })
  return Promise.resolve({ ...no, ...answers.shift() })
}
export const dialog = {
  showErrorBox: (title: string, content: string): void => tell('error-box', { title, content }),
  showMessageBox: (...args: unknown[]) => ask('message', args, { response: (args.at(-1) as { cancelId?: number }).cancelId ?? 0 }), // its options come last
  showMessageBoxSync: (...args: unknown[]): unknown => {
    tell('dialog', { kind: 'message', options: args.at(-1) })
    return answers.shift()?.['response'] ?? (args.at(-1) as { cancelId?: number }).cancelId // as above
  },
  showSaveDialog: (...args: unknown[]) => ask('save', args, { canceled: true, filePath: '' }),
  showOpenDialog: (...args: unknown[]) => ask('open', args, { canceled: true, filePaths: [] }),
}

onDeed('answer', (answer: Readonly<Record<string, unknown>>) => void answers.push(answer))
onDeed('tray-click', (label: string) => trayMenu?.click(label))
onDeed('menu-click', (label: string) => appMenu?.click(label))

/** A keychain as the test wants it: none, basic_text, or the name of a backend. Its cipher is a stand-in as well. */
const keychain = wanted('KEYCHAIN') ?? 'gnome_libsecret'
const MARK = 'stand-in:'
export const safeStorage = {
  isEncryptionAvailable: (): boolean => keychain !== 'none',
  getSelectedStorageBackend: (): string => keychain,
  encryptString: (text: string): Buffer => Buffer.from(MARK + Buffer.from(text).toString('hex')),
  decryptString: (sealed: Buffer): string => {
    if (keychain === 'locked' || !sealed.toString().startsWith(MARK))
      throw new Error('Error while decrypting the ciphertext provided to safeStorage.decryptString.')
    return Buffer.from(sealed.toString().slice(MARK.length), 'hex').toString()
  },
}
