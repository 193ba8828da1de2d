import { nativeTheme } from 'electron'
import type { Theme, ThemeChoice } from '../contract/ipc.ts'
import type { DesktopState } from './desktop-state.ts'

export function themeNow(): Theme {
  return { choice: nativeTheme.themeSource, isDark: nativeTheme.shouldUseDarkColors }
}

/** Frames, menus and `prefers-color-scheme` follow at once, and at the next start. */
export function setTheme(choice: ThemeChoice, state: DesktopState): Theme {
  state.change({ theme: choice })
  nativeTheme.themeSource = choice
  return themeNow()
}
