import { createStore, type StoreApi } from 'zustand/vanilla'
import { MAX_CARDS } from '../../../src-main/contract/map-limits.ts'
import type { MapApi, MemoryCard } from '../../api/map-api.ts'

/** A pointer that goes over many points asks once for all of them, in this time. */
const WAIT_MS = 60
const MOST_KEPT = 2_000

/** The beginnings of memories, fetched when they are wanted, some at once. */
export class CardCache {
  readonly store: StoreApi<ReadonlyMap<string, MemoryCard>> = createStore<ReadonlyMap<string, MemoryCard>>(() => new Map())
  readonly #api: Pick<MapApi, 'cards'>
  #wanted: string[] = []
  readonly #asked = new Set<string>()
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(api: Pick<MapApi, 'cards'>) {
    this.#api = api
  }

  /** Those that were wanted last are fetched first. */
  want(ids: readonly string[]): void {
    const known = this.store.getState()
    const missing = ids.filter((id) => !known.has(id) && !this.#asked.has(id))
    if (missing.length === 0) return
    this.#wanted = [...new Set([...missing, ...this.#wanted])].slice(0, 4 * MAX_CARDS)
    if (this.#timer === undefined) this.#timer = setTimeout(() => void this.#fetch(), WAIT_MS)
  }

  /** Forgets what may have changed. */
  forget(): void {
    this.store.setState(new Map(), true)
  }

  async #fetch(): Promise<void> {
    const ids = this.#wanted.slice(0, MAX_CARDS)
    this.#wanted = this.#wanted.slice(MAX_CARDS)
    for (const id of ids) this.#asked.add(id)
    try {
      const cards = await this.#api.cards(ids)
      this.store.setState((before) => new Map([...[...before].slice(-MOST_KEPT), ...cards.map((card) => [card.id, card] as const)]), true)
    } catch {
      // A card is a help; what is wrong shows where the map is loaded. Pointing at it again asks again.
    } finally {
      for (const id of ids) this.#asked.delete(id)
      this.#timer = this.#wanted.length === 0 ? undefined : setTimeout(() => void this.#fetch(), WAIT_MS)
    }
  }
}
