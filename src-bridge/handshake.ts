import type { RequestId } from './json-rpc.ts'

/** Remembers how a legacy host opened its session (`initialize`, then `notifications/initialized`), for a connection that has not heard it. */
export class Handshake {
  #asked: { readonly id: RequestId; readonly line: Buffer } | undefined
  #established: Buffer | undefined
  #initialized: Buffer | undefined

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

  /** The opening that a new connection must hear again. */
  get establishedLine(): Buffer | undefined {
    return this.#established
  }

  /** What follows the opening, if the host has said it. */
  get initializedLine(): Buffer | undefined {
    return this.#initialized
  }
}
