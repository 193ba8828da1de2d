import type { MapStore } from '../map-store.ts'
import { mapStoreOver } from '../sql/map-store-over.ts'
import type { SqliteCall } from './sqlite-call.ts'

/** The map in the same file and on the same thread as the memories. Closing the memory store closes both. */
export function sqliteMapStore(call: SqliteCall): MapStore {
  return mapStoreOver((method, ...args) => call('callMap', method, args) as ReturnType<MapStore[typeof method]>) // what this very method answers
}
