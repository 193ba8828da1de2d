import { createStore, type StoreApi } from 'zustand/vanilla'
import type { ServerClient } from '../api/server-client.ts'
import type { Memory } from '../api/types.ts'
import { WEAK_SCORE } from '../model/memory-filters.ts'

export interface PaletteState {
  readonly query: string
  readonly hits: readonly Memory[]
}

const TYPING_MS = 150
const MOST_HITS = 6

/** What the palette finds while one types. */
export class Palette {
  readonly store: StoreApi<PaletteState> = createStore<PaletteState>(() => ({ query: '', hits: [] }))
  readonly #client: ServerClient
  #timer: ReturnType<typeof setTimeout> | undefined
  #request: AbortController | undefined

  constructor(client: ServerClient) {
    this.#client = client
  }

  setQuery(query: string): void {
    this.#request?.abort()
    clearTimeout(this.#timer)
    this.store.setState(query.trim() === '' ? { query, hits: [] } : { query })
    if (query.trim() !== '') this.#timer = setTimeout(() => void this.#search(query.trim()), TYPING_MS)
  }

  async #search(query: string): Promise<void> {
    const request = new AbortController()
    this.#request = request
    try {
      const { memories } = await this.#client.searchMemories({ query, limit: MOST_HITS, min_score: WEAK_SCORE }, request.signal)
      if (!request.signal.aborted) this.store.setState({ hits: memories })
    } catch {
      // Commands still work without hits.
      if (!request.signal.aborted) this.store.setState({ hits: [] })
    }
  }
}
