import { contextBridge, ipcRenderer } from 'electron'
import { DESKTOP_API_KEY, IPC_CHANNELS } from '../contract/ipc.ts'
import type { IpcAnswer } from '../contract/ipc.ts'

/** The page gets the functions of `DesktopApi` and nothing else of Electron. Who may ask, and with what, is decided in the main process. */
const api = Object.fromEntries(
  Object.entries(IPC_CHANNELS).map(([name, channel]) => [
    name,
    async (...args: unknown[]): Promise<unknown> => {
      const answer = (await ipcRenderer.invoke(channel, ...args)) as IpcAnswer<unknown> // typed by app/ipc.ts on the other side
      if ('error' in answer) throw new Error(answer.error)
      return answer.value
    },
  ]),
)

contextBridge.exposeInMainWorld(DESKTOP_API_KEY, api)
