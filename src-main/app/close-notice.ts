import { Notification } from 'electron'
import type { DesktopState } from './desktop-state.ts'
import type { AppTray } from './tray.ts'
import type { Words } from './words.ts'

/** Says once, ever, that the app goes on when its window is closed. */
export function sayItStays(
  state: DesktopState,
  words: Words['closeNotice'],
  tray: AppTray,
  platform: NodeJS.Platform = process.platform,
): void {
  if (state.facts.hasSaidItStays) return
  state.change({ hasSaidItStays: true })
  // On Windows the tray says it itself, so that the eye finds the icon.
  if (platform === 'win32') tray.say(words.title, words.body)
  else if (Notification.isSupported()) new Notification({ title: words.title, body: words.body }).show()
}
