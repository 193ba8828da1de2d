import type { AppInfo } from '../contract/ipc.ts'
import type { AutostartSwitch } from './autostart.ts'
import type { DesktopState } from './desktop-state.ts'
import type { FileMoves } from './file-moves.ts'
import type { DesktopHandlers } from './ipc.ts'
import { setTheme, themeNow } from './theme.ts'
import { endSoon } from './quitting.ts'
import type { UpdateDesk } from './updates.ts'

export interface DeskParts {
  readonly info: AppInfo
  readonly autostart: AutostartSwitch
  readonly updates: UpdateDesk
  readonly moves: FileMoves
  readonly state: DesktopState
  readonly showDataFolder: () => Promise<void>
  readonly showLog: () => void
}

/** What the window may ask, each by the part that does it. Senders and arguments have been checked (ipc.ts). */
export function deskHandlers({ info, autostart, updates, moves, state, showDataFolder, showLog }: DeskParts): DesktopHandlers {
  return {
    getAppInfo: () => Promise.resolve(info),
    getAutostart: () => Promise.resolve(autostart.get()),
    setAutostart: (_window, isOn) => Promise.resolve(autostart.set(isOn)),
    getUpdates: () => Promise.resolve(updates.get()),
    setUpdateChecks: (_window, isOn) => Promise.resolve(updates.setChecks(isOn)),
    checkForUpdates: () => updates.check(),
    downloadUpdate: () => Promise.resolve(updates.download()),
    installUpdate: () => {
      updates.wantInstall()
      endSoon()
      return Promise.resolve()
    },
    exportToFile: (window, choice = {}) => moves.exportTo(window, choice),
    chooseImportFile: (window) => moves.chooseImport(window),
    importChosenFile: (_window, ticket, choice = {}) => moves.importChosen(ticket, choice),
    saveBackupAs: (window, name) => moves.saveBackup(window, name),
    showDataFolder: () => showDataFolder(),
    showLog: () => {
      showLog()
      return Promise.resolve()
    },
    getTheme: () => Promise.resolve(themeNow()),
    setTheme: (_window, choice) => Promise.resolve(setTheme(choice, state)),
  }
}
