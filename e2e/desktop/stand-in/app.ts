import { EventEmitter } from 'node:events'
import { tmpdir } from 'node:os'
import { readiness } from './ready.ts'
import { isPackaged, onDeed, tell, wanted } from './wire.ts'

class App extends EventEmitter {
  readonly isPackaged = isPackaged
  readonly #paths = new Map<string, string>()
  #name = 'tmws'

  whenReady(): Promise<void> {
    return readiness.promise
  }

  getLocale(): string {
    return wanted('LOCALE') ?? 'en-GB'
  }

  getVersion(): string {
    return wanted('VERSION') ?? '0.1.0'
  }

  setName(name: string): void {
    this.#name = name
  }

  getName(): string {
    return this.#name
  }

  setPath(name: string, path: string): void {
    readiness.assertNotYet('app.setPath()')
    this.#paths.set(name, path)
    tell('path-set', { name, path })
  }

  getPath(name: string): string {
    return this.#paths.get(name) ?? tmpdir()
  }

  getAppPath(): string {
    return tmpdir()
  }

  setAppUserModelId(id: string): void {
    tell('app-id', { id })
  }

  enableSandbox(): void {
    readiness.assertNotYet('app.enableSandbox()')
    tell('sandbox')
  }

  setAboutPanelOptions(): void {
    // There is no panel.
  }

  setAsDefaultProtocolClient(scheme: string): boolean {
    tell('protocol-client', { scheme })
    return true
  }

  requestSingleInstanceLock(): boolean {
    return wanted('IS_SECOND') !== '1'
  }

  getLoginItemSettings(): { openAtLogin: boolean; wasOpenedAtLogin: boolean } {
    return { openAtLogin: false, wasOpenedAtLogin: false }
  }

  relaunch(): void {
    tell('relaunch')
  }

  quit(): void {
    const event = { isPrevented: false, preventDefault: () => (event.isPrevented = true) }
    this.emit('before-quit', event)
    if (event.isPrevented) return
    this.emit('quit', {}, 0)
    this.exit(0)
  }

  exit(code: number): void {
    tell('exit', { code })
    // eslint-disable-next-line no-restricted-syntax -- this is what Electron's own does
    process.exit(code)
  }
}

export const app = new App()

/** Nobody but the test asks the system to go down. */
export const powerMonitor = new EventEmitter()

onDeed('quit', () => app.quit())
onDeed('second-instance', (argv: string[]) => app.emit('second-instance', {}, argv, '/'))
onDeed('open-url', (url: string) => app.emit('open-url', { preventDefault: () => undefined }, url))
onDeed('shutdown', () => {
  let isPrevented = false
  powerMonitor.emit('shutdown', { preventDefault: () => (isPrevented = true) })
  return isPrevented
})
