import type { MapStore } from '../map-store.ts'

/** Runs one method of SQL_MAP where the database is, and resolves with its answer. */
export type AskMap = <M extends keyof MapStore>(method: M, ...args: Parameters<MapStore[M]>) => ReturnType<MapStore[M]>

/** The map of a SQL dialect; dialects differ only in how their database is asked. */
export function mapStoreOver(ask: AskMap): MapStore {
  return {
    layout: () => ask('layout'),
    beginLayout: (layout) => ask('beginLayout', layout),
    finishLayout: (layoutId) => ask('finishLayout', layoutId),
    dropOldPlaces: (limit) => ask('dropOldPlaces', limit),
    embedded: (modelId, page) => ask('embedded', modelId, page),
    vectorsOf: (modelId, seqs) => ask('vectorsOf', modelId, seqs),
    places: (layoutId, which) => ask('places', layoutId, which),
    putPlaces: (layoutId, places) => ask('putPlaces', layoutId, places),
    digest: (scope, now) => ask('digest', scope, now),
    points: (scope, page) => ask('points', scope, page),
    cards: (ids, scope, options) => ask('cards', ids, scope, options),
    linksAround: (ids, scope, options) => ask('linksAround', ids, scope, options),
  }
}
