import { createStore, type StoreApi } from 'zustand/vanilla'

export interface Toast {
  readonly id: number
  readonly tone: 'plain' | 'error'
  readonly message: string
  /** Takes the change back; also what Ctrl/Cmd+Z does. */
  readonly undo?: () => Promise<void>
}

const LIFE_MS = 8000
const MOST_SHOWN = 3
const MOST_UNDOS = 20

/** Short messages, and the changes that can be taken back (for longer than their message stays). */
export class Toasts {
  readonly store: StoreApi<readonly Toast[]> = createStore<readonly Toast[]>(() => [])
  #lastId = 0
  #undos: { readonly id: number; readonly undo: () => Promise<void> }[] = []

  show(message: string, undo?: () => Promise<void>): void {
    this.#add({ id: (this.#lastId += 1), tone: 'plain', message, ...(undo ? { undo } : {}) })
  }

  fail(message: string): void {
    this.#add({ id: (this.#lastId += 1), tone: 'error', message })
  }

  dismiss(id: number): void {
    this.store.setState((toasts) => toasts.filter((toast) => toast.id !== id), true)
  }

  /** Takes back the change of that message, or the last one. False if there is none. */
  async undo(id = this.#undos.at(-1)?.id): Promise<boolean> {
    const entry = this.#undos.find((undo) => undo.id === id)
    if (!entry) return false
    this.#undos = this.#undos.filter((undo) => undo !== entry)
    this.dismiss(entry.id)
    await entry.undo()
    return true
  }

  #add(toast: Toast): void {
    if (toast.undo) this.#undos = [...this.#undos, { id: toast.id, undo: toast.undo }].slice(-MOST_UNDOS)
    this.store.setState((toasts) => [...toasts, toast].slice(-MOST_SHOWN), true)
    setTimeout(() => this.dismiss(toast.id), LIFE_MS)
  }
}
