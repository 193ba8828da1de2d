import type { MapStore } from '../map-store.ts'
import { mapStoreOver } from '../sql/map-store-over.ts'
import { SQL_MAP } from '../sql/sql-map.ts'
import type { PostgresDatabase } from './postgres-database.ts'

/** Work that nobody waits for. */
const UNHURRIED: ReadonlySet<keyof MapStore> = new Set(['embedded', 'vectorsOf', 'places', 'putPlaces', 'dropOldPlaces'])

/** The map in the same database as the memories. */
export function postgresMapStore(database: PostgresDatabase): MapStore {
  return mapStoreOver((method, ...args) => {
    const options = UNHURRIED.has(method) ? { budgetMs: Infinity } : {}
    const answer = database.run(`${method} of the map`, (db) => SQL_MAP[method](db, ...args) as Promise<unknown>, options)
    return answer as ReturnType<MapStore[typeof method]> // what this very method answers
  })
}
