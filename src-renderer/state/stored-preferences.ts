import { isLanguageChoice, type LanguageChoice } from '../strings/language.ts'

export type Theme = 'system' | 'light' | 'dark'
export const THEMES: readonly Theme[] = ['system', 'light', 'dark']

/** What this person likes on this machine; kept in the browser, never on the server. */
export interface Preferences {
  readonly theme: Theme
  readonly language: LanguageChoice
  /** Absent until chosen: then the width of the window decides. */
  readonly isSidebarCollapsed?: boolean
  readonly detailWidth: number
}

export const DETAIL_WIDTH = { min: 420, max: 640, usual: 480 } as const
export const PREFERENCES_KEY = 'tmws.preferences'

/** What is stored, where it is usable; else what is usual. */
export function readPreferences(storage: Pick<Storage, 'getItem'>): Preferences {
  const { theme, language, isSidebarCollapsed, detailWidth } = parse(storage)
  return {
    theme: THEMES.includes(theme as Theme) ? (theme as Theme) : 'system',
    language: isLanguageChoice(language) ? language : 'system',
    detailWidth: typeof detailWidth === 'number' ? clampDetailWidth(detailWidth) : DETAIL_WIDTH.usual,
    ...(typeof isSidebarCollapsed === 'boolean' ? { isSidebarCollapsed } : {}),
  }
}

export function clampDetailWidth(width: number): number {
  return Math.round(Math.max(DETAIL_WIDTH.min, Math.min(DETAIL_WIDTH.max, width)))
}

function parse(storage: Pick<Storage, 'getItem'>): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(storage.getItem(PREFERENCES_KEY) ?? '{}')
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {} // its parts are checked one by one
  } catch {
    return {}
  }
}
