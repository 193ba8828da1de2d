import type { JSONRPCMessage, MessageExtraInfo, Transport } from '@modelcontextprotocol/server'
import { AppError } from '../base/errors.ts'
import { PLAIN_RPC_METHODS } from '../contract/protocol.ts'
import type { Session } from '../session/session.ts'
import { toJsonRpcFailure } from './error-mapping.ts'
import { readFrame } from './json-rpc-frame.ts'
import type { Frame } from './json-rpc-frame.ts'
import { admitListen, LISTEN_METHOD } from './listen-filter.ts'

/** How long a connection is not read after a request too many, in milliseconds. */
const REFUSED_RESTS_MS = 250

/** How the messages of one connection travel, each as UTF-8 text: WebSocket frames, or lines. */
export interface McpWire {
  start(handlers: WireHandlers): void
  /** Rejects when there is nobody to read it, or who is does not. */
  send(text: string): Promise<void>
  close(): void
  /** Takes nothing more in for some milliseconds, where that is possible. */
  rest?(ms: number): void
}

export interface WireHandlers {
  message(bytes: Buffer): void
  failed(error: Error): void
  /** Nothing comes or goes any more. */
  closed(): void
}

/**
 * MCP in both eras and the plain JSON-RPC methods, over a wire that lasts: one message is one JSON-RPC message, no batches.
 * Cancelling is `notifications/cancelled`. Broken messages are answered and the connection stays.
 */
export class McpTransport implements Transport {
  onclose?: () => void
  onerror?: (error: Error) => void
  onmessage?: <T extends JSONRPCMessage>(message: T, extra?: MessageExtraInfo) => void
  readonly #wire: McpWire
  readonly #session: Session
  #isClosed = false
  #isDraining = false
  /** Settles when the last request was let in or refused, so that a cancel does not overtake the request it names. */
  #admission: Promise<void> = Promise.resolve()

  constructor(wire: McpWire, session: Session) {
    this.#wire = wire
    this.#session = session
  }

  start(): Promise<void> {
    this.#wire.start({
      message: (bytes) => this.#receive(bytes),
      failed: (error) => this.onerror?.(error),
      closed: () => this.#ended(),
    })
    return Promise.resolve()
  }

  send(message: JSONRPCMessage): Promise<void> {
    return this.#write(JSON.stringify(message))
  }

  close(): Promise<void> {
    this.#wire.close()
    this.#ended()
    return Promise.resolve()
  }

  /** Sends a notification that nobody waits for: a connection that is closing or does not read misses it. */
  notify(method: string, params: Record<string, unknown>): void {
    void this.#answer({ jsonrpc: '2.0', method, params })
  }

  /** From now on, new requests are refused with `unavailable`; running ones finish. */
  drain(): void {
    this.#isDraining = true
  }

  #receive(bytes: Buffer): void {
    this.#session.countBytes(bytes.length, 0)
    const frame = readFrame(bytes)
    if (frame.kind === 'broken') {
      void this.#answer({ jsonrpc: '2.0', id: frame.id, error: { code: frame.code, message: frame.message } })
    } else if (frame.kind === 'request') {
      void this.#handleRequest(frame)
    } else {
      void this.#admission.then(() => this.#handOn(frame.message))
    }
  }

  async #handleRequest(frame: Extract<Frame, { kind: 'request' }>): Promise<void> {
    let message: JSONRPCMessage
    try {
      if (this.#isDraining) throw new AppError('unavailable', 'The server is stopping; connect again in a moment.')
      const admission = this.#admit(frame)
      this.#admission = admission.then(
        () => undefined,
        () => undefined,
      )
      message = await admission
    } catch (error) {
      // Refusing costs too: who goes on asking is heard less often, and the others have their turns.
      if (error instanceof AppError && error.code === 'rate_limited') this.#wire.rest?.(REFUSED_RESTS_MS)
      await this.#answer(toJsonRpcFailure(frame.id, error))
      return
    }
    const tool = Object.hasOwn(PLAIN_RPC_METHODS, frame.method) ? PLAIN_RPC_METHODS[frame.method] : undefined
    if (tool === undefined) this.onmessage?.(message)
    else await this.#answerPlain(frame.id, tool, frame.params)
  }

  /** Counts the request, and narrows what it wants to hear of to what it may. */
  async #admit({ method, message }: Extract<Frame, { kind: 'request' }>): Promise<JSONRPCMessage> {
    await this.#session.admit()
    return method === LISTEN_METHOD ? admitListen(message, this.#session.subscriptions) : message
  }

  /** A notification or an answer. The SDK ends the stream that a cancel names; what it had subscribed to ends here. */
  #handOn(message: JSONRPCMessage): void {
    const cancelled = 'method' in message && message.method === 'notifications/cancelled' ? message.params?.['requestId'] : undefined
    if (typeof cancelled === 'string' || typeof cancelled === 'number') this.#session.subscriptions.remove(cancelled)
    this.onmessage?.(message)
  }

  /** The plain JSON-RPC methods of the specification: the tool's structured answer is the result. */
  async #answerPlain(id: string | number, tool: string, params: unknown): Promise<void> {
    try {
      await this.#answer({ jsonrpc: '2.0', id, result: await this.#session.call(tool, params) })
    } catch (error) {
      await this.#answer(toJsonRpcFailure(id, error))
    }
  }

  #answer(message: unknown): Promise<void> {
    // The other end may be gone by now; there is nobody left to tell.
    return this.#write(JSON.stringify(message)).catch(() => undefined)
  }

  #write(text: string): Promise<void> {
    this.#session.countBytes(0, Buffer.byteLength(text))
    return this.#wire.send(text)
  }

  #ended(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.onclose?.()
  }
}
