import { isRecord } from './json-rpc.ts'
import type { RequestId } from './json-rpc.ts'

const REPLAY_PREFIX = 'tmws-bridge:replay:'

/**
 * Remembers how a legacy host opened its session (`initialize`, then `notifications/initialized`), to say it again to a
 * server that has not heard it. Hosts of the 2026-07-28 revision open nothing, and nothing is replayed for them.
 */
export class Handshake {
  #asked: { readonly id: RequestId; readonly line: Buffer } | undefined
  #established: Buffer | undefined
  #initialized: Buffer | undefined
  #replays = 0
  #replayId: string | undefined

  /** The host asks to open. It counts when the server agrees. */
  noteInitialize(id: RequestId, line: Buffer): void {
    this.#asked = { id, line }
    this.#initialized = undefined
  }

  noteAnswer(id: RequestId, isError: boolean): void {
    if (this.#asked?.id !== id) return
    if (!isError) this.#established = this.#asked.line
    this.#asked = undefined
  }

  noteInitialized(line: Buffer): void {
    this.#initialized = line
  }

  /** True if a new connection must hear the opening again. */
  get isEstablished(): boolean {
    return this.#established !== undefined
  }

  /** What follows the opening, if the host has said it. */
  get initializedLine(): Buffer | undefined {
    return this.#initialized
  }

  /** The opening again, under an id of ours; undefined if there is nothing to repeat. */
  replay(): Buffer | undefined {
    if (!this.#established) return undefined
    const message: unknown = JSON.parse(this.#established.toString('utf8'))
    this.#replayId = `${REPLAY_PREFIX}${++this.#replays}`
    return Buffer.from(JSON.stringify({ ...(isRecord(message) && message), id: this.#replayId }))
  }

  /** True for the answer to the latest replay; it is for us, not for the host. Once: the id may be the host's own next time. */
  takesAnswer(id: RequestId | null): boolean {
    if (id === null || id !== this.#replayId) return false
    this.#replayId = undefined
    return true
  }
}
