import type { MemoryEvent, ServerEvent } from '../api/types.ts'
import { mayShow } from '../model/memory-filters.ts'
import type { MemoryList } from './memory-list.ts'

/** More than this is shown as "999+". */
export const MOST_NEW = 999
const REFRESH_MS = 1000

/**
 * Lets events into the list without moving it under the reader: new memories wait behind "3 new" while one scrolls, selects
 * or searches, and come in by themselves, once a second at most, while nobody does.
 */
export class LiveList {
  #isBusy = false
  #timer: ReturnType<typeof setTimeout> | undefined
  readonly #list: MemoryList

  constructor(list: MemoryList) {
    this.#list = list
  }

  /** True while the list must hold still. */
  setBusy(isBusy: boolean): void {
    this.#isBusy = isBusy
    if (!isBusy) this.#refreshSoon()
  }

  apply(events: readonly ServerEvent[]): void {
    const stored = events.filter((event): event is MemoryEvent => event.type === 'memory-stored')
    const removed = events.filter((event): event is MemoryEvent => event.type === 'memory-deleted' || event.type === 'memory-purged')
    const restored = events.some((event) => event.type === 'memory-restored')
    const { filters } = this.#list.store.getState()
    if (removed.length > 0 && !filters.isTrash) this.#list.remove(new Set(removed.map((event) => event.memory_id)))
    this.#note(stored)
    if (restored || (filters.isTrash && removed.length > 0)) this.#refreshSoon(true)
  }

  /** After events were lost: at once if nobody is disturbed by it, else when the reader asks. */
  reload(): void {
    if (this.#isBusy && this.#list.store.getState().status === 'ready') this.#list.store.setState({ isStale: true })
    else void this.#list.load()
  }

  /** Lets in what waits. */
  showNew(): void {
    void this.#list.load(this.#list.store.getState().newIds)
  }

  #note(stored: readonly MemoryEvent[]): void {
    const { store } = this.#list
    const { filters, newIds, items, query } = store.getState()
    // Whether a new memory answers a question is the server's to say.
    if (query.trim() !== '') return
    const shown = new Set(items.map((memory) => memory.id))
    const ids = stored.filter((event) => mayShow(filters, event) && !shown.has(event.memory_id)).map((event) => event.memory_id)
    if (ids.length === 0) return
    store.setState({ newIds: new Set([...newIds, ...ids].slice(0, MOST_NEW + 1)) })
    this.#refreshSoon()
  }

  #refreshSoon(force = false): void {
    if (this.#timer !== undefined) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      if (force || (!this.#isBusy && this.#list.store.getState().newIds.size > 0)) this.showNew()
    }, REFRESH_MS)
  }
}
