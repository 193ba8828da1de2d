import { useStore as useZustandStore, type StoreApi } from 'zustand'

/** The one bridge from a store to React: renders again when the selected part changes. */
export function useStore<T, U>(store: StoreApi<T>, select: (state: T) => U): U {
  return useZustandStore(store, select)
}
