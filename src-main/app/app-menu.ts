import { app, Menu } from 'electron'
import type { MenuItemConstructorOptions } from 'electron'
import type { Words } from './words.ts'

export interface MenuDeeds {
  openDataFolder(): void
  showLog(): void
  openApiDocs(): void
  /** Absent where this copy has no updates. */
  readonly checkForUpdates?: () => void
}

type Items = MenuItemConstructorOptions[]

/** The menu of the application, as each platform lays it out. In a package there are no developer tools. */
export function setAppMenu(words: Words, deeds: MenuDeeds, platform: NodeJS.Platform = process.platform): void {
  const isMac = platform === 'darwin'
  Menu.setApplicationMenu(
    Menu.buildFromTemplate([
      isMac ? macAppMenu(words, deeds) : fileMenu(words, deeds),
      editMenu(words),
      viewMenu(words),
      isMac ? macWindowMenu(words) : windowMenu(words),
      helpMenu(words, deeds, isMac),
    ]),
  )
}

function macAppMenu({ menu, tray }: Words, deeds: MenuDeeds): MenuItemConstructorOptions {
  const submenu: Items = [
    { role: 'about', label: menu.about },
    ...updatesItem(tray, deeds),
    { type: 'separator' },
    { label: tray.openDataFolder, click: () => deeds.openDataFolder() },
    { role: 'services', label: menu.services },
    { type: 'separator' },
    { role: 'hide', label: menu.hide },
    { role: 'hideOthers', label: menu.hideOthers },
    { role: 'unhide', label: menu.showAll },
    { type: 'separator' },
    { role: 'quit', label: tray.quit },
  ]
  return { label: 'TMWS', submenu }
}

function fileMenu({ menu, tray }: Words, deeds: MenuDeeds): MenuItemConstructorOptions {
  const submenu: Items = [
    { label: tray.openDataFolder, click: () => deeds.openDataFolder() },
    { type: 'separator' },
    { role: 'close', label: menu.close },
    { role: 'quit', label: tray.quit },
  ]
  return { label: menu.file, submenu }
}

function editMenu({ menu }: Words): MenuItemConstructorOptions {
  const submenu: Items = [
    { role: 'undo', label: menu.undo },
    { role: 'redo', label: menu.redo },
    { type: 'separator' },
    { role: 'cut', label: menu.cut },
    { role: 'copy', label: menu.copy },
    { role: 'paste', label: menu.paste },
    { role: 'selectAll', label: menu.selectAll },
  ]
  return { label: menu.edit, submenu }
}

function viewMenu({ menu }: Words): MenuItemConstructorOptions {
  const submenu: Items = [
    { role: 'reload', label: menu.reload },
    ...(app.isPackaged ? [] : [{ role: 'toggleDevTools' as const, label: menu.devTools }]),
    { type: 'separator' },
    { role: 'resetZoom', label: menu.zoomReset },
    { role: 'zoomIn', label: menu.zoomIn },
    { role: 'zoomOut', label: menu.zoomOut },
    { type: 'separator' },
    { role: 'togglefullscreen', label: menu.fullScreen },
  ]
  return { label: menu.view, submenu }
}

function macWindowMenu({ menu }: Words): MenuItemConstructorOptions {
  const submenu: Items = [
    { role: 'minimize', label: menu.minimize },
    { role: 'zoom', label: menu.zoom },
    { role: 'close', label: menu.close },
    { type: 'separator' },
    { role: 'front', label: menu.front },
  ]
  return { role: 'window', label: menu.window, submenu }
}

function windowMenu({ menu }: Words): MenuItemConstructorOptions {
  const submenu: Items = [
    { role: 'minimize', label: menu.minimize },
    { role: 'close', label: menu.close },
  ]
  return { label: menu.window, submenu }
}

function helpMenu({ menu, tray }: Words, deeds: MenuDeeds, isMac: boolean): MenuItemConstructorOptions {
  const submenu: Items = [
    { label: menu.apiDocs, click: () => deeds.openApiDocs() },
    { label: menu.showLog, click: () => deeds.showLog() },
    // Where macOS has them in the menu of the app.
    ...(isMac ? [] : [...updatesItem(tray, deeds), { type: 'separator' as const }, { role: 'about' as const, label: menu.about }]),
  ]
  return { role: 'help', label: menu.help, submenu }
}

function updatesItem(tray: Words['tray'], { checkForUpdates }: MenuDeeds): Items {
  return [{ label: tray.checkForUpdates, enabled: checkForUpdates !== undefined, click: () => checkForUpdates?.() }]
}
