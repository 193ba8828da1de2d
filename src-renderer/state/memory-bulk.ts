import { createStore, type StoreApi } from 'zustand/vanilla'
import type { ServerClient } from '../api/server-client.ts'
import { messageOf } from '../api/server-error.ts'
import type { Memory } from '../api/types.ts'
import { updateOf, type BulkChange } from '../model/bulk-change.ts'
import { strings } from '../strings/strings.ts'
import type { MemoryDetail } from './memory-detail.ts'
import type { MemoryList } from './memory-list.ts'
import type { Toasts } from './toasts.ts'

/** Absent while nothing is under way. */
export interface BulkState {
  readonly progress?: { readonly done: number; readonly total: number }
}

const words = strings.bulk
/** Requests under way at once. */
const AT_ONCE = 4

/** The same change to many memories, each kept by the server by itself: what fails is counted, the rest is done, and all of it is undone together. */
export class MemoryBulk {
  readonly store: StoreApi<BulkState> = createStore<BulkState>(() => ({}))
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

  async change(memories: readonly Memory[], change: BulkChange): Promise<void> {
    const changed = await this.#each(memories, async (memory) => {
      const update = updateOf(memory, change)
      if (!update) return false
      this.#take(await this.#client.updateMemory(memory.id, { ...update, expected_version: memory.version }))
      return true
    })
    this.#say(words.changed(changed.length), changed, (memory) => this.#restore(memory, memory.version))
  }

  async moveToTrash(memories: readonly Memory[]): Promise<void> {
    const moved = await this.#each(memories, async ({ id }) => {
      await this.#client.deleteMemory(id)
      return true
    })
    this.#list.remove(new Set(moved.map(({ id }) => id)))
    this.#say(words.trashed(moved.length), moved, (memory) => this.#restore(memory))
  }

  async restore(memories: readonly Memory[]): Promise<void> {
    const restored = await this.#each(memories, ({ id }) => this.#client.restoreMemory(id).then(() => true))
    this.#list.remove(new Set(restored.map(({ id }) => id)))
    this.#say(words.restored(restored.length), restored, ({ id }) => this.#client.deleteMemory(id))
  }

  /** For good: there is no way back, so the caller has asked. */
  async erase(memories: readonly Memory[]): Promise<void> {
    const erased = await this.#each(memories, ({ id }) => this.#client.eraseMemory(id).then(() => true))
    this.#list.remove(new Set(erased.map(({ id }) => id)))
    if (erased.length > 0) this.#toasts.show(words.erased(erased.length))
  }

  /** Those that `work` did something to, in their order. Says how many failed, and why the first did. */
  async #each(memories: readonly Memory[], work: (memory: Memory) => Promise<boolean>): Promise<readonly Memory[]> {
    const done = new Set<Memory>()
    const problems: unknown[] = []
    const queue = memories.values()
    let finished = 0
    this.store.setState({ progress: { done: 0, total: memories.length } })
    const lane = async () => {
      for (const memory of queue) {
        try {
          if (await work(memory)) done.add(memory)
        } catch (error) {
          problems.push(error)
        }
        finished += 1
        this.store.setState({ progress: { done: finished, total: memories.length } })
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, lane))
    this.store.setState({}, true)
    if (problems.length > 0) this.#toasts.fail(words.failed(problems.length, messageOf(problems[0])))
    return memories.filter((memory) => done.has(memory))
  }

  #say(message: string, memories: readonly Memory[], takeBack: (memory: Memory) => Promise<unknown>): void {
    if (memories.length === 0) return
    this.#toasts.show(message, async () => {
      const back = await this.#each(memories, (memory) => takeBack(memory).then(() => true))
      if (back.length > 0) this.#toasts.show(strings.toasts.undone)
      void this.#list.load(new Set(back.map(({ id }) => id)))
    })
  }

  async #restore({ id }: Memory, version?: number): Promise<void> {
    this.#take(await this.#client.restoreMemory(id, version))
  }

  #take(memory: Memory): void {
    this.#list.patch([memory])
    this.#detail.take([memory])
  }
}
