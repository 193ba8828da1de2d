import { createStore, type StoreApi } from 'zustand/vanilla'
import { PREFERENCES_KEY, readPreferences, type Preferences } from './stored-preferences.ts'

export { DETAIL_WIDTH, THEMES, clampDetailWidth, type Preferences, type Theme } from './stored-preferences.ts'

export function createPreferences(storage: Storage): StoreApi<Preferences> {
  const store = createStore(() => readPreferences(storage))
  store.subscribe((preferences) => {
    try {
      storage.setItem(PREFERENCES_KEY, JSON.stringify(preferences))
    } catch {
      // A full or forbidden storage loses a preference, nothing else.
    }
  })
  return store
}
