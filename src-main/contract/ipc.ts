/**
 * What the desktop window may ask of the Electron main process. Plain types, no imports: the preload reads this file. The page gets no path
 * of this machine to choose and no path back that it could use elsewhere: files are chosen by the person in the system's own dialogs, and
 * read and written by the main process. A call that fails rejects with a sentence for the person.
 */
export interface DesktopApi {
  /** Facts about the app that do not change while it runs. */
  getAppInfo(): Promise<AppInfo>
  /** Whether the app starts with the session of the user. */
  getAutostart(): Promise<Autostart>
  setAutostart(isOn: boolean): Promise<Autostart>
  /** How things stand with updates. Ask again while the status is `checking` or `downloading`. */
  getUpdates(): Promise<Updates>
  /** Whether the app looks for a new version once a day by itself. Kept; off at first. */
  setUpdateChecks(isOn: boolean): Promise<Updates>
  /** Looks once, now, and resolves with what was found. Nothing is downloaded. */
  checkForUpdates(): Promise<Updates>
  /** Downloads the version that was found, and resolves when that has begun. It is installed when the app is quit, or by `installUpdate`. */
  downloadUpdate(): Promise<Updates>
  /** Quits the app, installs what was downloaded, and starts it again. Resolves before that. */
  installUpdate(): Promise<void>
  /** Asks where to, and writes an export there. */
  exportToFile(choice?: ExportChoice): Promise<WrittenFile | Cancelled>
  /** Asks for a file to import. Its ticket is good for `importChosenFile` until another is chosen or the app is quit. */
  chooseImportFile(): Promise<ChosenFile | Cancelled>
  /** Imports the chosen file, or says what that would do (`dry_run`). Resolves with the summary of `POST /api/v1/import`. */
  importChosenFile(ticket: string, choice?: ImportChoice): Promise<unknown>
  /** Asks where to, and puts a copy of a backup there. `name` as `GET /api/v1/backups` lists it. */
  saveBackupAs(name: string): Promise<WrittenFile | Cancelled>
  /** Opens the folder of the data in the file manager. */
  showDataFolder(): Promise<void>
  /** Shows the log file in the file manager. */
  showLog(): Promise<void>
  getTheme(): Promise<Theme>
  /** Colours of the window's frame, the menus and, for `prefers-color-scheme`, the page. Kept. */
  setTheme(choice: ThemeChoice): Promise<Theme>
}

export interface AppInfo {
  readonly version: string
  readonly platform: string
  readonly arch: string
  /** False when the app runs from its sources. */
  readonly isInstalled: boolean
  /** Language of the menus and the tray. */
  readonly language: 'en' | 'ja'
  readonly dataFolder: string
  readonly apiUrl: string
  readonly wsUrl?: string
  /** Ports that were wanted and taken by another program, and those that are used instead. Empty when all is as set. */
  readonly portNote: readonly PortNote[]
  /** What protects the secrets of the app: a key that the system keeps for this user, or only the rights of their file. */
  readonly secretProtection: 'keychain' | 'file-mode'
}

export interface PortNote {
  readonly of: 'api' | 'ws'
  readonly wanted: number
  readonly used: number
}

export interface Autostart {
  readonly isOn: boolean
  /** False where the app cannot change it; `problem` says why. */
  readonly canChange: boolean
  readonly problem?: string
}

export interface Updates {
  /**
   * `unavailable`: this copy has no address to ask (`problem` says why). `idle`: not asked yet. `current`: there is no newer version.
   * `ready`: downloaded, and installed when the app is quit.
   */
  readonly status: 'unavailable' | 'idle' | 'checking' | 'current' | 'available' | 'downloading' | 'ready' | 'failed'
  /** Whether the app looks once a day by itself. */
  readonly checksByItself: boolean
  /** The newer version, from `available` on. */
  readonly version?: string
  /** 0 to 1, while downloading. */
  readonly progress?: number
  /** ISO 8601, of the last answer. */
  readonly checkedAt?: string
  /** One sentence. */
  readonly problem?: string
}

export interface Cancelled {
  readonly outcome: 'cancelled'
}

export interface WrittenFile {
  readonly outcome: 'written'
  /** Without its folder. */
  readonly name: string
  readonly bytes: number
}

export interface ChosenFile {
  readonly outcome: 'chosen'
  readonly ticket: string
  /** Without its folder. */
  readonly name: string
  readonly bytes: number
}

/** As the query of `GET /api/v1/export`. */
export interface ExportChoice {
  readonly namespace?: string
  readonly agent_id?: string
  readonly trash?: boolean
  readonly history?: boolean
  readonly vectors?: boolean
  readonly reproducible?: boolean
  readonly gzip?: boolean
}

/** As the query of `POST /api/v1/import`. */
export interface ImportChoice {
  readonly dry_run?: boolean
  readonly on_conflict?: 'skip' | 'replace' | 'fail'
  readonly accept_damage?: boolean
  readonly continue_runs?: boolean
  readonly agent_id?: string
  readonly namespace?: string
}

export type ThemeChoice = 'system' | 'light' | 'dark'

export interface Theme {
  readonly choice: ThemeChoice
  readonly isDark: boolean
}

/** Every function of `DesktopApi` and its channel. The preload exposes exactly these. */
export const IPC_CHANNELS = {
  getAppInfo: 'app:get-info',
  getAutostart: 'autostart:get',
  setAutostart: 'autostart:set',
  getUpdates: 'updates:get',
  setUpdateChecks: 'updates:set-checks',
  checkForUpdates: 'updates:check',
  downloadUpdate: 'updates:download',
  installUpdate: 'updates:install',
  exportToFile: 'files:export',
  chooseImportFile: 'files:choose-import',
  importChosenFile: 'files:import',
  saveBackupAs: 'files:save-backup',
  showDataFolder: 'app:show-data-folder',
  showLog: 'app:show-log',
  getTheme: 'theme:get',
  setTheme: 'theme:set',
} as const satisfies Readonly<Record<keyof DesktopApi, string>>

/** How an answer crosses: errors as data, because Electron would put its own words in front of them. */
export type IpcAnswer<T> = { readonly value: T } | { readonly error: string }

/** Name under which the preload exposes `DesktopApi` on `window`. Absent in a plain browser. */
export const DESKTOP_API_KEY = 'desktop'
