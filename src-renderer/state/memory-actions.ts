import type { ServerClient } from '../api/server-client.ts'
import { ServerError, messageOf } from '../api/server-error.ts'
import type { Memory, StoreInput, UpdateInput } from '../api/types.ts'
import { strings } from '../strings/strings.ts'
import type { MemoryDetail } from './memory-detail.ts'
import type { MemoryList } from './memory-list.ts'
import type { Toasts } from './toasts.ts'

export type SaveOutcome = { readonly kind: 'saved' } | { readonly kind: 'conflict' | 'failed'; readonly message: string }

/** What a person does to memories. Each change shows a message with its undo. */
export class MemoryActions {
  readonly #client: ServerClient
  readonly #list: MemoryList
  readonly #detail: MemoryDetail
  readonly #toasts: Toasts

  constructor(client: ServerClient, list: MemoryList, detail: MemoryDetail, toasts: Toasts) {
    this.#client = client
    this.#list = list
    this.#detail = detail
    this.#toasts = toasts
  }

  async store(input: StoreInput): Promise<Memory | string> {
    try {
      const { memory, duplicate_of } = await this.#client.storeMemory(input)
      if (duplicate_of !== undefined) this.#toasts.show(strings.toasts.duplicate)
      else this.#toasts.show(strings.toasts.stored, () => this.#attempt(() => this.#client.deleteMemory(memory.id)))
      void this.#list.load(new Set([memory.id]))
      return memory
    } catch (error) {
      return messageOf(error)
    }
  }

  /** Refuses to overwrite a change that came since `memory` was shown. */
  save(memory: Memory, changes: UpdateInput, said: string = strings.toasts.saved): Promise<SaveOutcome> {
    return this.change(memory, () => this.#client.updateMemory(memory.id, { ...changes, expected_version: memory.version }), said)
  }

  /** Any one change of a memory: shows what `work` answers, and a message `said` whose undo goes back to just before that. */
  async change(memory: Memory, work: () => Promise<Memory>, said: string): Promise<SaveOutcome> {
    try {
      const saved = await work()
      this.#take(saved)
      // Not to the version that was shown: what somebody else did in between stays.
      if (saved.version > memory.version) this.#toasts.show(said, () => this.#goBack(memory.id, saved.version - 1))
      return { kind: 'saved' }
    } catch (error) {
      if (error instanceof ServerError && error.code === 'conflict') return { kind: 'conflict', message: messageOf(error) }
      return { kind: 'failed', message: messageOf(error) }
    }
  }

  async moveToTrash(memory: Memory): Promise<void> {
    await this.#attempt(async () => {
      await this.#client.deleteMemory(memory.id)
      this.#list.remove(new Set([memory.id]))
      this.#toasts.show(strings.toasts.deleted, () => this.#untrash(memory.id))
    })
  }

  async restoreFromTrash(memory: Memory): Promise<void> {
    await this.#attempt(async () => {
      this.#take(await this.#client.restoreMemory(memory.id))
      if (this.#list.store.getState().filters.isTrash) this.#list.remove(new Set([memory.id]))
      this.#toasts.show(strings.toasts.restoredFromTrash, () => this.#attempt(() => this.#client.deleteMemory(memory.id)))
    })
  }

  async setPinned(memory: Memory, pinned: boolean): Promise<void> {
    await this.#attempt(async () => {
      this.#take(await this.#client.updateMemory(memory.id, { pinned, expected_version: memory.version }))
      this.#toasts.show(pinned ? strings.pin.pinned : strings.pin.unpinned, () => this.#goBack(memory.id, memory.version))
    })
  }

  /** There is no way back, so the caller has asked. */
  async erase(memory: Memory): Promise<void> {
    await this.#attempt(async () => {
      await this.#client.eraseMemory(memory.id)
      this.#list.remove(new Set([memory.id]))
      this.#toasts.show(strings.bulk.erased(1))
    })
  }

  async restoreVersion(memory: Memory, version: number): Promise<void> {
    await this.#attempt(async () => {
      this.#take(await this.#client.restoreMemory(memory.id, version))
      this.#toasts.show(strings.toasts.restoredVersion(version), () => this.#goBack(memory.id, memory.version))
    })
  }

  /** Ctrl/Cmd+Z, or the button of one message. */
  async undo(toastId?: number): Promise<void> {
    const isDone = await this.#toasts.undo(toastId)
    if (!isDone) this.#toasts.show(strings.toasts.nothingToUndo)
  }

  #goBack(id: string, version: number): Promise<void> {
    return this.#attempt(async () => {
      this.#take(await this.#client.restoreMemory(id, version))
      this.#toasts.show(strings.toasts.undone)
    })
  }

  #untrash(id: string): Promise<void> {
    return this.#attempt(async () => {
      this.#take(await this.#client.restoreMemory(id))
      this.#toasts.show(strings.toasts.undone)
      void this.#list.load(new Set([id]))
    })
  }

  #take(memory: Memory): void {
    this.#list.patch([memory])
    this.#detail.take([memory])
  }

  async #attempt(action: () => Promise<void>): Promise<void> {
    try {
      await action()
    } catch (error) {
      this.#toasts.fail(strings.toasts.failed(messageOf(error)))
    }
  }
}
