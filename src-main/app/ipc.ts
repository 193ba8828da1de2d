import { BrowserWindow, ipcMain } from 'electron'
import type { IpcMainInvokeEvent } from 'electron'
import { messageOf } from '../base/errors.ts'
import { redactText } from '../base/redact.ts'
import { IPC_CHANNELS } from '../contract/ipc.ts'
import type { DesktopApi, IpcAnswer } from '../contract/ipc.ts'
import { assertArguments } from './ipc-arguments.ts'

/** Each function of the window, with the window that asks in front of its arguments. */
export type DesktopHandlers = {
  readonly [M in keyof DesktopApi]: (window: BrowserWindow, ...args: Parameters<DesktopApi[M]>) => ReturnType<DesktopApi[M]>
}

/**
 * Answers what the dashboard's own page asks, in the main frame of the window that `dashboard` names; any other sender, and any argument that
 * is not of the contract's form, is refused before a handler sees it.
 */
export function serveIpc(handlers: DesktopHandlers, origin: string, dashboard: () => BrowserWindow | undefined): void {
  for (const name of Object.keys(IPC_CHANNELS) as (keyof DesktopApi)[]) {
    // keys of the table
    ipcMain.handle(IPC_CHANNELS[name], async (event, ...args: unknown[]): Promise<IpcAnswer<unknown>> => {
      try {
        const window = trustedWindow(event, origin, dashboard())
        const handle = handlers[name] as (window: BrowserWindow, ...args: unknown[]) => Promise<unknown> // its arguments are checked here
        return { value: await handle(window, ...assertArguments(name, args)) }
      } catch (error) {
        return { error: redactText(messageOf(error)) }
      }
    })
  }
}

function trustedWindow(event: IpcMainInvokeEvent, origin: string, dashboard: BrowserWindow | undefined): BrowserWindow {
  const { sender, senderFrame } = event
  const isOurs =
    senderFrame !== null && senderFrame === sender.mainFrame && URL.canParse(senderFrame.url) && new URL(senderFrame.url).origin === origin
  if (!isOurs || dashboard === undefined || BrowserWindow.fromWebContents(sender) !== dashboard)
    throw new Error('This page may not use the desktop functions.')
  return dashboard
}
