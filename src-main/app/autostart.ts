import { app } from 'electron'
import { join } from 'node:path'
import { messageOf } from '../base/errors.ts'
import type { Machine } from '../config/machine.ts'
import type { Autostart } from '../contract/ipc.ts'
import { HIDDEN_FLAG } from './app-arguments.ts'
import { isAutostartLost, isAutostartOn, removeAutostart, writeAutostart } from './xdg-autostart.ts'

/**
 * Whether the app starts with the session of its user: a login item on macOS and Windows, a file in the autostart folder on Linux. The system
 * keeps it, and the person may change it there; nothing is remembered here.
 */
export class AutostartSwitch {
  readonly #machine: Machine
  readonly #execPath: string

  constructor(machine: Machine, execPath: string = process.execPath) {
    this.#machine = machine
    this.#execPath = execPath
  }

  get(): Autostart {
    if (!app.isPackaged)
      return { isOn: false, canChange: false, problem: 'TMWS runs from its sources; only an installed one can start with the system.' }
    return { isOn: this.#isOn(), canChange: true }
  }

  /** Resolves with how it is then, which is not always what was asked. */
  set(isOn: boolean): Autostart {
    const now = this.get()
    if (!now.canChange) return now
    try {
      this.#set(isOn)
    } catch (error) {
      return { ...this.get(), problem: `The system did not take it (${messageOf(error)}).` }
    }
    const then = this.get()
    // macOS asks the person in its settings; Windows keeps what was switched off in the task manager.
    return then.isOn === isOn ? then : { ...then, problem: 'The settings of the system decide: allow TMWS there to start by itself.' }
  }

  /** Brings the entry to where this copy is now, if the one it starts is gone: an AppImage changes its name with its version. */
  refresh(): void {
    if (!app.isPackaged || this.#machine.platform !== 'linux') return
    const { appimage, file } = this.#places()
    if (appimage !== undefined && isAutostartLost(file)) this.#set(true)
  }

  #isOn(): boolean {
    const { file, command } = this.#places()
    if (this.#machine.platform === 'linux') return isAutostartOn(file, command)
    return app.getLoginItemSettings(this.#loginItem()).openAtLogin
  }

  #set(isOn: boolean): void {
    const { file, command } = this.#places()
    if (this.#machine.platform !== 'linux') app.setLoginItemSettings({ openAtLogin: isOn, ...this.#loginItem() })
    else if (isOn) writeAutostart(file, command)
    else removeAutostart(file)
  }

  /** Windows starts a command, into which Electron puts the path as it is given; macOS starts the app, which asks whether it was opened at login. */
  #loginItem(): { path?: string; args?: string[] } {
    return this.#machine.platform === 'win32' ? { path: `"${this.#execPath}"`, args: [HIDDEN_FLAG] } : {}
  }

  #places(): { readonly file: string; readonly command: readonly string[]; readonly appimage: string | undefined } {
    const { env, home } = this.#machine
    // The path of the process itself is in a mount that goes with it.
    const appimage = env['APPIMAGE']
    return {
      file: join(env['XDG_CONFIG_HOME'] ?? join(home, '.config'), 'autostart', 'tmws.desktop'),
      command: [appimage ?? this.#execPath, HIDDEN_FLAG],
      appimage,
    }
  }
}

/** Whether macOS started the app at login, which takes no arguments along. */
export function wasOpenedAtLogin(platform: NodeJS.Platform = process.platform): boolean {
  return platform === 'darwin' && app.getLoginItemSettings().wasOpenedAtLogin
}
