import { ipcMain, shell } from 'electron'
import type { IpcMainInvokeEvent } from 'electron'
import { IPC_CHANNELS } from '../contract/ipc.ts'
import type { DesktopApi } from '../contract/ipc.ts'

/** What the window may ask, and nothing else. `trustedOrigin` is the server's own page; any other sender is refused. */
export function serveIpc(facts: { readonly version: string; readonly dataDir: string; readonly trustedOrigin: string }): void {
  const handlers: { readonly [M in keyof DesktopApi]: () => ReturnType<DesktopApi[M]> } = {
    getAppInfo: () => Promise.resolve({ version: facts.version, platform: process.platform }),
    showDataFolder: async () => {
      const problem = await shell.openPath(facts.dataDir)
      if (problem !== '') throw new Error(`The folder could not be opened: ${problem}`)
    },
  }
  for (const name of Object.keys(handlers) as (keyof DesktopApi)[]) {
    // keys of the table
    ipcMain.handle(IPC_CHANNELS[name], (event) => {
      assertTrusted(event, facts.trustedOrigin)
      return handlers[name]()
    })
  }
}

function assertTrusted(event: IpcMainInvokeEvent, trustedOrigin: string): void {
  const url = event.senderFrame?.url
  if (url === undefined || !URL.canParse(url) || new URL(url).origin !== trustedOrigin)
    throw new Error('This page may not use the desktop functions.')
}
