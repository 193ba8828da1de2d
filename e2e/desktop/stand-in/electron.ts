// What our main process and preload use of Electron, on plain Node: enough to run them for real where Electron's runtime cannot be had.
// Windows do not show; what is asked of them is told to the test over IPC, and the test tells what a person or the system does.
export { app, powerMonitor } from './app.ts'
export { clipboard, dialog, Menu, nativeImage, nativeTheme, Notification, safeStorage, shell, Tray } from './desktop.ts'
export { contextBridge, ipcMain, ipcRenderer } from './ipc.ts'
export { autoUpdater, net } from './net.ts'
export { protocol, session } from './session.ts'
export { BrowserWindow, screen } from './windows.ts'
import './threads.ts'
import { tell, wanted } from './wire.ts'

tell('electron')
if (wanted('SAY_WHEN_LOADED') === '1') process.stderr.write('electron was loaded\n')
