import { contextBridge, ipcRenderer } from 'electron'
import { DESKTOP_API_KEY, IPC_CHANNELS } from '../contract/ipc.ts'
import type { DesktopApi } from '../contract/ipc.ts'

/** The page gets these functions and nothing else of Electron. */
const api: DesktopApi = {
  getAppInfo: () => ipcRenderer.invoke(IPC_CHANNELS.getAppInfo) as ReturnType<DesktopApi['getAppInfo']>, // typed by app/ipc.ts on the other side
  showDataFolder: () => ipcRenderer.invoke(IPC_CHANNELS.showDataFolder) as ReturnType<DesktopApi['showDataFolder']>, // as above
}

contextBridge.exposeInMainWorld(DESKTOP_API_KEY, api)
