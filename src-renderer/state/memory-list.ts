import { createStore, type StoreApi } from 'zustand/vanilla'
import type { ServerClient } from '../api/server-client.ts'
import { isAbort, messageOf } from '../api/server-error.ts'
import type { ListedMemory, Memory } from '../api/types.ts'
import { NO_FILTERS, listInputOf, searchInputOf, type MemoryFilters, type SortOrder } from '../model/memory-filters.ts'

export interface MemoryListState {
  /** As typed; trimmed and not empty, it makes the list a search. */
  readonly query: string
  readonly filters: MemoryFilters
  readonly sort: SortOrder
  /** Whether a search also brings hits of a very low score. */
  readonly withWeak: boolean
  readonly status: 'loading' | 'ready' | 'failed'
  readonly error?: string
  /** A newer answer is on its way; what is shown stays until then. */
  readonly isRefreshing: boolean
  readonly isLoadingMore: boolean
  readonly items: readonly ListedMemory[]
  readonly total: number
  readonly nextCursor?: string
  /** The query that `items` answer; absent for a list. */
  readonly answered?: string
  readonly degraded?: string
  /** Memories stored since, waiting to be let in. */
  readonly newIds: ReadonlySet<string>
  /** Events were lost while the list had to hold still. */
  readonly isStale: boolean
  /** Let in just now: they carry a mark that fades. */
  readonly freshIds: ReadonlySet<string>
}

const TYPING_MS = 180

/** The list of memories: pages of a list, or the hits of a search. */
export class MemoryList {
  readonly store: StoreApi<MemoryListState> = createStore<MemoryListState>(() => ({
    query: '',
    filters: NO_FILTERS,
    sort: 'newest',
    withWeak: false,
    status: 'loading',
    isRefreshing: false,
    isLoadingMore: false,
    items: [],
    total: 0,
    newIds: new Set(),
    isStale: false,
    freshIds: new Set(),
  }))
  readonly #client: ServerClient
  #request: AbortController | undefined
  #typing: ReturnType<typeof setTimeout> | undefined

  constructor(client: ServerClient) {
    this.#client = client
  }

  setQuery(query: string): void {
    this.store.setState({ query, withWeak: false })
    clearTimeout(this.#typing)
    this.#typing = setTimeout(() => void this.load(), query.trim() === '' ? 0 : TYPING_MS)
  }

  setFilters(changes: Partial<MemoryFilters>): void {
    this.store.setState(({ filters }) => ({ filters: { ...filters, ...changes } }))
    void this.load()
  }

  /** Unlike `setFilters`, takes away what is not given. */
  replaceFilters(filters: MemoryFilters): void {
    this.store.setState({ filters })
    void this.load()
  }

  setSort(sort: SortOrder): void {
    this.store.setState({ sort })
    void this.load()
  }

  setWithWeak(withWeak: boolean): void {
    this.store.setState({ withWeak })
    void this.load()
  }

  /** Reads the first page, or searches. A newer call aborts an older one. */
  async load(freshIds: ReadonlySet<string> = new Set()): Promise<void> {
    this.#request?.abort()
    clearTimeout(this.#typing)
    const request = new AbortController()
    this.#request = request
    this.store.setState({ isRefreshing: true, isLoadingMore: false })
    const { query, filters, sort } = this.store.getState()
    try {
      const page = await this.#firstPage(query.trim(), filters, sort, request.signal)
      if (request.signal.aborted) return
      const { error: _error, degraded: _degraded, nextCursor: _cursor, answered: _answered, ...rest } = this.store.getState()
      this.store.setState({ ...rest, ...page, status: 'ready', isRefreshing: false, newIds: new Set(), isStale: false, freshIds }, true)
    } catch (error) {
      if (isAbort(error) || request.signal.aborted) return
      const { items } = this.store.getState()
      this.store.setState({ status: items.length > 0 ? 'ready' : 'failed', isRefreshing: false, error: messageOf(error) })
    }
  }

  async loadMore(): Promise<void> {
    const { nextCursor, isLoadingMore, isRefreshing, filters, sort } = this.store.getState()
    if (nextCursor === undefined || isLoadingMore || isRefreshing) return
    this.store.setState({ isLoadingMore: true })
    const request = this.#request
    try {
      const page = await this.#client.listMemories(listInputOf(filters, sort, Date.now(), nextCursor), request?.signal)
      if (request?.signal.aborted) return
      const { nextCursor: _old, ...state } = this.store.getState()
      const known = new Set(state.items.map((memory) => memory.id))
      const items = [...state.items, ...page.memories.filter((memory) => !known.has(memory.id))]
      const next = page.next_cursor === undefined ? {} : { nextCursor: page.next_cursor }
      this.store.setState({ ...state, items, total: page.total, isLoadingMore: false, ...next }, true)
    } catch (error) {
      if (!isAbort(error)) this.store.setState({ isLoadingMore: false, error: messageOf(error) })
    }
  }

  find(id: string): ListedMemory | undefined {
    return this.store.getState().items.find((memory) => memory.id === id)
  }

  /** Puts the newest state of memories over what is shown; keeps place, score and why. */
  patch(memories: readonly Memory[]): void {
    const byId = new Map(memories.map((memory) => [memory.id, memory]))
    const { items } = this.store.getState()
    if (!items.some((item) => byId.has(item.id))) return
    this.store.setState({
      items: items.map((item) => {
        const newer = byId.get(item.id)
        return newer && newer.version >= item.version ? { ...item, ...newer } : item
      }),
    })
  }

  remove(ids: ReadonlySet<string>): void {
    this.store.setState(({ items, total, newIds }) => {
      const kept = items.filter((memory) => !ids.has(memory.id))
      return { items: kept, total: total - (items.length - kept.length), newIds: new Set([...newIds].filter((id) => !ids.has(id))) }
    })
  }

  async #firstPage(query: string, filters: MemoryFilters, sort: SortOrder, signal: AbortSignal): Promise<Partial<MemoryListState>> {
    if (query !== '') {
      const { memories, degraded } = await this.#client.searchMemories(
        searchInputOf(query, filters, this.store.getState().withWeak, Date.now()),
        signal,
      )
      return { items: memories, total: memories.length, answered: query, ...(degraded === undefined ? {} : { degraded }) }
    }
    const { memories, total, next_cursor } = await this.#client.listMemories(listInputOf(filters, sort, Date.now()), signal)
    return { items: memories, total, ...(next_cursor === undefined ? {} : { nextCursor: next_cursor }) }
  }
}
