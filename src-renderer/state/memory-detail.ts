import { createStore, type StoreApi } from 'zustand/vanilla'
import type { ServerClient } from '../api/server-client.ts'
import { ServerError, messageOf } from '../api/server-error.ts'
import type { MemoryDraft } from '../model/memory-draft.ts'
import type { HistoryEntry, LinksResult, Memory, ServerEvent } from '../api/types.ts'

export interface MemoryDetailState {
  readonly id?: string
  readonly status: 'idle' | 'loading' | 'ready' | 'missing' | 'failed'
  readonly error?: string
  readonly memory?: Memory
  /** Newest first. Absent until read. */
  readonly history?: readonly HistoryEntry[]
  readonly historyError?: string
  readonly incoming: LinksResult['incoming']
  readonly isEditing: boolean
  /** What was typed and not saved; kept when one looks at another memory meanwhile. */
  readonly draft?: MemoryDraft
}

const CLOSED: MemoryDetailState = { status: 'idle', incoming: [], isEditing: false }
/** Walking through a list with j and k asks for the history of the memory one stays at. */
const SETTLE_MS = 160
const MOST_DRAFTS = 20

/** The one memory that is open: itself, its history and who links to it. */
export class MemoryDetail {
  readonly store: StoreApi<MemoryDetailState> = createStore(() => CLOSED)
  readonly #client: ServerClient
  readonly #drafts = new Map<string, MemoryDraft>()
  #settle: ReturnType<typeof setTimeout> | undefined

  constructor(client: ServerClient) {
    this.#client = client
  }

  /** `known` saves the read, which would count as an access. */
  open(id: string, known?: Memory): void {
    if (this.store.getState().id === id) return
    const draft = this.#drafts.get(id)
    const editing = draft ? { draft, isEditing: true } : {}
    this.store.setState({ ...CLOSED, ...editing, id, ...(known ? { status: 'ready', memory: known } : { status: 'loading' }) }, true)
    if (!known) void this.#loadMemory(id)
    this.#loadRestSoon(id)
  }

  close(): void {
    clearTimeout(this.#settle)
    this.store.setState(CLOSED, true)
  }

  reload(): void {
    const { id } = this.store.getState()
    if (id === undefined) return
    void this.#loadMemory(id)
    this.#loadRestSoon(id)
  }

  edit(): void {
    const { memory } = this.store.getState()
    if (memory && memory.deleted_at === undefined) this.store.setState({ isEditing: true })
  }

  stopEditing(): void {
    const { id, draft: _draft, ...state } = this.store.getState()
    if (id === undefined) return
    this.#drafts.delete(id)
    this.store.setState({ ...state, id, isEditing: false }, true)
  }

  keepDraft(draft: MemoryDraft): void {
    const { id } = this.store.getState()
    if (id === undefined) return
    this.#drafts.delete(id)
    this.#drafts.set(id, draft)
    for (const oldest of [...this.#drafts.keys()].slice(0, -MOST_DRAFTS)) this.#drafts.delete(oldest)
  }

  /** Shows a newer state of the open memory; others are ignored. */
  take(memories: readonly Memory[]): void {
    const { id, memory: shown } = this.store.getState()
    const newer = memories.find((memory) => memory.id === id)
    if (!newer || id === undefined || (shown && shown.version >= newer.version && shown.deleted_at === newer.deleted_at)) return
    this.store.setState({ status: 'ready', memory: newer })
    this.#loadRestSoon(id)
  }

  apply(events: readonly ServerEvent[]): void {
    const { id, memory } = this.store.getState()
    for (const event of events) {
      if (!('memory_id' in event) || event.memory_id !== id || !memory) continue
      if (event.type === 'memory-deleted') this.store.setState({ memory: { ...memory, deleted_at: event.at } })
      if (event.type === 'memory-purged') this.store.setState({ status: 'missing' })
      if (event.type === 'memory-deleted' || event.type === 'memory-restored') this.#loadRestSoon(id)
    }
  }

  async #loadMemory(id: string): Promise<void> {
    try {
      const memory = await this.#client.getMemory(id)
      if (this.store.getState().id === id) this.store.setState({ status: 'ready', memory })
    } catch (error) {
      if (this.store.getState().id !== id) return
      const isMissing = error instanceof ServerError && (error.code === 'not_found' || error.code === 'invalid_request')
      this.store.setState(isMissing ? { status: 'missing' } : { status: 'failed', error: messageOf(error) })
    }
  }

  #loadRestSoon(id: string): void {
    clearTimeout(this.#settle)
    this.#settle = setTimeout(() => void this.#loadRest(id), SETTLE_MS)
  }

  async #loadRest(id: string): Promise<void> {
    const [history, links] = await Promise.allSettled([this.#client.getHistory(id), this.#client.getLinks(id)])
    if (this.store.getState().id !== id) return
    const { historyError: _error, ...state } = this.store.getState()
    const read = history.status === 'fulfilled' ? { history: history.value.history } : { historyError: messageOf(history.reason) }
    this.store.setState({ ...state, ...read, incoming: links.status === 'fulfilled' ? links.value.incoming : [] }, true)
  }
}
