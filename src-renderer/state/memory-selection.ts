import { createStore, type StoreApi } from 'zustand/vanilla'

export interface SelectionState {
  readonly ids: ReadonlySet<string>
}

/** The memories that a person has ticked, to change them together. */
export class MemorySelection {
  readonly store: StoreApi<SelectionState> = createStore<SelectionState>(() => ({ ids: new Set() }))
  #last: string | undefined

  /** `order`: ids of the list as it is shown. With `isRange`, all between this one and the one that was ticked last are ticked. */
  toggle(id: string, order: readonly string[] = [], isRange = false): void {
    const ids = new Set(this.store.getState().ids)
    const from = isRange && this.#last !== undefined ? order.indexOf(this.#last) : -1
    const to = order.indexOf(id)
    if (from >= 0 && to >= 0) for (const between of order.slice(Math.min(from, to), Math.max(from, to) + 1)) ids.add(between)
    else if (!ids.delete(id)) ids.add(id)
    this.#last = id
    this.store.setState({ ids })
  }

  set(ids: readonly string[]): void {
    this.#last = undefined
    this.store.setState({ ids: new Set(ids) })
  }

  clear(): void {
    if (this.store.getState().ids.size > 0) this.set([])
  }

  /** What has left the list is not changed unseen. */
  keepOnly(shown: ReadonlySet<string>): void {
    const { ids } = this.store.getState()
    const kept = [...ids].filter((id) => shown.has(id))
    if (kept.length < ids.size) this.store.setState({ ids: new Set(kept) })
  }
}
