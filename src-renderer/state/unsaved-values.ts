import { createStore, type StoreApi } from 'zustand/vanilla'
import type { SettingValue } from '../api/settings-api.ts'

/** What the person has changed and not saved, by key; null: back to the default. It outlives a walk through other parts and screens. */
export type SettingsDraft = Readonly<Record<string, SettingValue | null>>

export function createSettingsDraft(): StoreApi<SettingsDraft> {
  const store = createStore<SettingsDraft>(() => ({}))
  addEventListener('beforeunload', (event) => {
    if (Object.keys(store.getState()).length > 0) event.preventDefault()
  })
  return store
}

/** Drops some keys, when they are saved or given up. */
export function dropDraft(store: StoreApi<SettingsDraft>, keys: readonly string[]): void {
  store.setState((draft) => Object.fromEntries(Object.entries(draft).filter(([key]) => !keys.includes(key))), true)
}
