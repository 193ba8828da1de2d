/** What the desktop window may ask of the Electron main process. Plain types, no imports: the preload reads this file. */
export interface DesktopApi {
  /** Version of the app and its platform, for "About" and for wording. */
  getAppInfo(): Promise<{ readonly version: string; readonly platform: string }>
  /** Opens the folder of the data in the file manager. */
  showDataFolder(): Promise<void>
}

export const IPC_CHANNELS = { getAppInfo: 'app:get-info', showDataFolder: 'app:show-data-folder' } as const

/** Name under which the preload exposes `DesktopApi` on `window`. */
export const DESKTOP_API_KEY = 'desktop'
