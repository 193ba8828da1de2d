import type { JSONRPCMessage, MessageExtraInfo, Transport } from '@modelcontextprotocol/server'
import type { RawData, WebSocket } from 'ws'
import { AppError } from '../../base/errors.ts'
import { CLOSE_CODES, LIMITS, PLAIN_RPC_METHODS } from '../../contract/protocol.ts'
import type { Session } from '../../session/session.ts'
import { toJsonRpcFailure } from '../error-mapping.ts'
import { admitListen, LISTEN_METHOD } from '../listen-filter.ts'
import { readFrame } from './json-rpc-frame.ts'
import type { Frame } from './json-rpc-frame.ts'

/**
 * MCP over a WebSocket: one text frame is one JSON-RPC message, UTF-8, no batches. Cancelling is `notifications/cancelled`, as on
 * stdio. The MCP specification allows such custom transports; this one is described in resources/docs/websocket.md.
 * Broken frames are answered and the connection stays; binary frames end it with 1003, a reader slower than its buffer with 1013.
 */
export class WsMcpTransport implements Transport {
  onclose?: () => void
  onerror?: (error: Error) => void
  onmessage?: <T extends JSONRPCMessage>(message: T, extra?: MessageExtraInfo) => void
  readonly #socket: WebSocket
  readonly #session: Session
  #isClosed = false
  #isDraining = false
  /** Settles when the last request was let in or refused, so that a cancel does not overtake the request it names. */
  #admission: Promise<void> = Promise.resolve()

  constructor(socket: WebSocket, session: Session) {
    this.#socket = socket
    this.#session = session
  }

  start(): Promise<void> {
    this.#socket.on('message', (data, isBinary) => this.#receive(data, isBinary))
    this.#socket.on('error', (error) => this.onerror?.(error))
    this.#socket.on('close', () => this.#ended())
    return Promise.resolve()
  }

  /** Sends a notification that nobody waits for: a connection that is closing or does not read misses it. */
  notify(method: string, params: Record<string, unknown>): void {
    void this.#answer({ jsonrpc: '2.0', method, params })
  }

  /** Sends one message; a client that does not read what it is sent loses its connection. */
  send(message: JSONRPCMessage): Promise<void> {
    return this.#write(JSON.stringify(message))
  }

  close(): Promise<void> {
    this.#socket.close(CLOSE_CODES.normal)
    this.#ended()
    return Promise.resolve()
  }

  /** From now on, new requests are refused with `unavailable`; running ones finish. */
  drain(): void {
    this.#isDraining = true
  }

  #receive(data: RawData, isBinary: boolean): void {
    if (isBinary) {
      this.#socket.close(CLOSE_CODES.unsupportedData, 'Send JSON-RPC as text frames.')
      return
    }
    // `ws` hands out one Buffer for text frames unless told otherwise.
    const bytes = data as Buffer
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
    // The socket may be gone by now; there is nobody left to tell.
    return this.#write(JSON.stringify(message)).catch(() => undefined)
  }

  #write(text: string): Promise<void> {
    const socket = this.#socket
    if (socket.readyState !== socket.OPEN) return Promise.reject(new AppError('unavailable', 'The connection is closed.'))
    if (socket.bufferedAmount > LIMITS.socketBufferBytes) {
      socket.close(CLOSE_CODES.tryAgainLater, 'You read too slowly.')
      // A peer that does not read does not answer the close frame either.
      setTimeout(() => socket.terminate(), 1_000).unref()
      return Promise.reject(new AppError('unavailable', 'The client reads too slowly.'))
    }
    this.#session.countBytes(0, Buffer.byteLength(text))
    return new Promise((resolve, reject) => {
      socket.send(text, (error) => (error ? reject(error) : resolve()))
    })
  }

  #ended(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.onclose?.()
  }
}
