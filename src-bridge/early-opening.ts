import { mcpOpening } from '../src-main/contract/mcp-opening.ts'
import type { RequestId } from './json-rpc.ts'
import { isRecord } from './json-rpc.ts'
import { BRIDGE_VERSION } from './version.ts'

/**
 * Answers `initialize` in the server's words when nothing else has in time. A host gives up on a server that does not open within
 * seconds, and never asks again; what it asks after that may wait, or fail with a sentence, and be asked again.
 */
export class EarlyOpening {
  readonly #afterMs: number
  /** Takes the request out of wherever it waits; false if it is answered or withdrawn. */
  readonly #claim: (id: RequestId) => boolean
  readonly #reply: (answer: Buffer) => void
  #timer: NodeJS.Timeout | undefined

  constructor(afterMs: number, claim: (id: RequestId) => boolean, reply: (answer: Buffer) => void) {
    this.#afterMs = afterMs
    this.#claim = claim
    this.#reply = reply
  }

  /** The host has asked to open. */
  asked(id: RequestId, params: unknown): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      if (!this.#claim(id)) return
      const result = mcpOpening(isRecord(params) ? params.protocolVersion : undefined, BRIDGE_VERSION)
      this.#reply(Buffer.from(JSON.stringify({ jsonrpc: '2.0', id, result })))
    }, this.#afterMs)
  }

  stop(): void {
    clearTimeout(this.#timer)
  }
}
