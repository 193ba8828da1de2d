import { createStore, type StoreApi } from 'zustand/vanilla'

export type Theme = 'system' | 'light' | 'dark'
export const THEMES: readonly Theme[] = ['system', 'light', 'dark']

/** What this person likes on this machine; kept in the browser, never on the server. */
export interface Preferences {
  readonly theme: Theme
  /** Absent until chosen: then the width of the window decides. */
  readonly isSidebarCollapsed?: boolean
  readonly detailWidth: number
}

export const DETAIL_WIDTH = { min: 420, max: 640, usual: 480 } as const
const KEY = 'tmws.preferences'
const DEFAULTS: Preferences = { theme: 'system', detailWidth: DETAIL_WIDTH.usual }

export function createPreferences(storage: Storage): StoreApi<Preferences> {
  const store = createStore(() => ({ ...DEFAULTS, ...read(storage) }))
  store.subscribe((preferences) => {
    try {
      storage.setItem(KEY, JSON.stringify(preferences))
    } catch {
      // A full or forbidden storage loses a preference, nothing else.
    }
  })
  return store
}

export function clampDetailWidth(width: number): number {
  return Math.round(Math.max(DETAIL_WIDTH.min, Math.min(DETAIL_WIDTH.max, width)))
}

function read(storage: Storage): Partial<Preferences> {
  try {
    const value: unknown = JSON.parse(storage.getItem(KEY) ?? '{}')
    if (typeof value !== 'object' || value === null) return {}
    const { theme, isSidebarCollapsed, detailWidth } = value as Record<string, unknown>
    return {
      ...(THEMES.includes(theme as Theme) ? { theme: theme as Theme } : {}),
      ...(typeof isSidebarCollapsed === 'boolean' ? { isSidebarCollapsed } : {}),
      ...(typeof detailWidth === 'number' ? { detailWidth: clampDetailWidth(detailWidth) } : {}),
    }
  } catch {
    return {}
  }
}
