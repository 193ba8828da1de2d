import type { RawData, WebSocket } from 'ws'
import { AppError } from '../../base/errors.ts'
import { CLOSE_CODES, LIMITS } from '../../contract/protocol.ts'
import type { Session } from '../../session/session.ts'
import { McpTransport } from '../mcp-transport.ts'
import type { McpWire, WireHandlers } from '../mcp-transport.ts'

/**
 * MCP over a WebSocket: one text frame is one JSON-RPC message, UTF-8, no batches. Cancelling is `notifications/cancelled`, as on
 * stdio. The MCP specification allows such custom transports; this one is described in resources/docs/websocket.md.
 * Broken frames are answered and the connection stays; binary frames end it with 1003, a reader slower than its buffer with 1013.
 */
export class WsMcpTransport extends McpTransport {
  constructor(socket: WebSocket, session: Session) {
    super(new SocketWire(socket), session)
  }
}

class SocketWire implements McpWire {
  readonly #socket: WebSocket
  #resting: NodeJS.Timeout | undefined

  constructor(socket: WebSocket) {
    this.#socket = socket
  }

  start(handlers: WireHandlers): void {
    this.#socket.on('message', (data, isBinary) => this.#receive(data, isBinary, handlers))
    this.#socket.on('error', (error) => handlers.failed(error))
    this.#socket.on('close', () => handlers.closed())
  }

  /** A client that does not read what it is sent loses its connection. */
  send(text: string): Promise<void> {
    const socket = this.#socket
    if (socket.readyState !== socket.OPEN) return Promise.reject(new AppError('unavailable', 'The connection is closed.'))
    if (socket.bufferedAmount > LIMITS.socketBufferBytes) {
      socket.close(CLOSE_CODES.tryAgainLater, 'You read too slowly.')
      // A peer that does not read does not answer the close frame either.
      setTimeout(() => socket.terminate(), 1_000).unref()
      return Promise.reject(new AppError('unavailable', 'The client reads too slowly.'))
    }
    return new Promise((resolve, reject) => {
      socket.send(text, (error) => (error ? reject(error) : resolve()))
    })
  }

  close(): void {
    this.#socket.close(CLOSE_CODES.normal)
  }

  rest(ms: number): void {
    if (this.#resting) return
    this.#socket.pause()
    this.#resting = setTimeout(() => {
      this.#resting = undefined
      this.#socket.resume()
    }, ms).unref()
  }

  #receive(data: RawData, isBinary: boolean, handlers: WireHandlers): void {
    if (isBinary) this.#socket.close(CLOSE_CODES.unsupportedData, 'Send JSON-RPC as text frames.')
    // `ws` hands out one Buffer for text frames unless told otherwise.
    else handlers.message(data as Buffer)
  }
}
