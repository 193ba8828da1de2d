import { createStore, type StoreApi } from 'zustand/vanilla'

/** Whether the server is heard, and what it said of itself. */
export interface ConnectionState {
  readonly status: 'connecting' | 'live' | 'reconnecting' | 'signed-out'
  readonly serverVersion?: string
  readonly isOwner: boolean
  readonly isSigningIn: boolean
  readonly signInError?: string
}

export type ConnectionStore = StoreApi<ConnectionState>

export function createConnectionStore(): ConnectionStore {
  return createStore<ConnectionState>(() => ({ status: 'connecting', isOwner: true, isSigningIn: false }))
}
