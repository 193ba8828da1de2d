import { nativeImage } from 'electron'
import type { NativeImage } from 'electron'
import { join } from 'node:path'
import { INSTALLED } from '../server/install-paths.ts'

// Made from tmws.svg by resources/scripts/make-icons.ts; Electron finds the @2x files beside them by itself.
const FOLDER = join(INSTALLED.root, 'resources', 'icons')

/** For a tray: macOS colours a template image itself, by its bar. */
export function trayIcon(status: 'running' | 'degraded', platform: NodeJS.Platform = process.platform): NativeImage {
  if (platform === 'darwin') {
    const image = nativeImage.createFromPath(join(FOLDER, `tray-${status}-Template.png`))
    image.setTemplateImage(true)
    return image
  }
  return nativeImage.createFromPath(join(FOLDER, platform === 'win32' ? `tray-${status}.ico` : `tray-${status}.png`))
}

/** For windows on Linux; elsewhere it comes from the program itself. */
export const WINDOW_ICON = join(FOLDER, 'png', '256x256.png')
