import type { MapStore } from '../map-store.ts'
import { beginLayout, dropOldPlaces, embedded, findLayout, finishLayout, places, putPlaces, vectorsOf } from './sql-map-layout.ts'
import { cards, digest, linksAround, points } from './sql-map-read.ts'
import type { MemoryDb } from './sql-schema.ts'

/** Every method of the port over a connection. */
export const SQL_MAP: {
  readonly [M in keyof MapStore]: (db: MemoryDb, ...args: Parameters<MapStore[M]>) => ReturnType<MapStore[M]>
} = {
  layout: findLayout,
  beginLayout,
  finishLayout,
  dropOldPlaces,
  embedded,
  vectorsOf,
  places,
  putPlaces,
  digest,
  points,
  cards,
  linksAround,
}
