import type { MapProgress, MemoryCard, MemoryGraph, MemoryMap } from '../../src-main/contract/map.ts'
import type { Requester } from './request.ts'

export type { MapCluster, MapProgress, MemoryCard, MemoryGraph, MemoryMap } from '../../src-main/contract/map.ts'

/** The map of meanings and the graph of links. Errors as those of `Requester`. */
export class MapApi {
  readonly #requester: Requester

  constructor(requester: Requester) {
    this.#requester = requester
  }

  /** The browser keeps the answer and asks whether it is still right: a map that has not changed costs nothing. */
  map(signal?: AbortSignal): Promise<MemoryMap> {
    return this.#requester.get('/map', {}, signal)
  }

  progress(signal?: AbortSignal): Promise<MapProgress> {
    return this.#requester.get('/map/progress', {}, signal)
  }

  async cards(ids: readonly string[], signal?: AbortSignal): Promise<readonly MemoryCard[]> {
    return (await this.#requester.get<{ cards: readonly MemoryCard[] }>('/map/cards', { id: ids }, signal)).cards
  }

  graph(memoryId: string, hops: number, signal?: AbortSignal): Promise<MemoryGraph> {
    return this.#requester.get('/graph', { memory_id: memoryId, hops, limit: GRAPH_LIMIT }, signal)
  }
}

/** More than these on one screen nobody can read. */
const GRAPH_LIMIT = 48
