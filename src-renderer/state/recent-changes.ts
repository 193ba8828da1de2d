import type { ServerClient } from '../api/server-client.ts'
import type { Memory, ServerEvent } from '../api/types.ts'

const WAIT_MS = 700
const PAGE = 50
const CHANGES: ReadonlySet<string> = new Set(['memory-stored', 'memory-updated', 'memory-restored'])

/**
 * Events carry ids, never texts. When some arrive, the memories that changed last are read in one page, at most once in a
 * while however many events come, and handed to those who show them. A read by id would count as an access; this does not.
 */
export class RecentChanges {
  #timer: ReturnType<typeof setTimeout> | undefined
  readonly #client: ServerClient
  readonly #listeners: readonly ((memories: readonly Memory[]) => void)[]

  constructor(client: ServerClient, listeners: readonly ((memories: readonly Memory[]) => void)[]) {
    this.#client = client
    this.#listeners = listeners
  }

  apply(events: readonly ServerEvent[]): void {
    if (this.#timer !== undefined || !events.some((event) => CHANGES.has(event.type))) return
    this.#timer = setTimeout(() => void this.#read(), WAIT_MS)
  }

  async #read(): Promise<void> {
    try {
      const { memories } = await this.#client.listMemories({ sort: 'updated', limit: PAGE })
      for (const listener of this.#listeners) listener(memories)
    } catch {
      // Only previews are lost; the next change tries again, and the connection's own face tells of an outage.
    } finally {
      this.#timer = undefined
    }
  }
}
