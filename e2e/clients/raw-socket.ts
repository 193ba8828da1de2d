import { until } from '../processes/until.ts'
import { openSocket } from './ws-transport.ts'

/** One JSON-RPC message as it came. */
export interface RawMessage {
  readonly jsonrpc?: string
  readonly id?: string | number | null
  readonly method?: string
  readonly params?: Record<string, unknown>
  readonly result?: Record<string, unknown>
  readonly error?: { readonly code: number; readonly message: string; readonly data?: Record<string, unknown> }
}

/** A WebSocket on which a test writes what it likes, and sees every frame that comes. */
export class RawSocket {
  /** Every frame as text, in order. */
  readonly frames: string[] = []
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>
  readonly #socket: WebSocket
  readonly #parsed: RawMessage[] = []
  #isClosed = false
  #nextId = 1

  private constructor(socket: WebSocket) {
    this.#socket = socket
    socket.onmessage = (event) => this.frames.push(String(event.data))
    this.closed = new Promise((resolve) => {
      socket.onclose = ({ code, reason }) => {
        this.#isClosed = true
        resolve({ code, reason })
      }
    })
  }

  static open(url: string, headers: Readonly<Record<string, string>> = {}, protocols: readonly string[] = []): Promise<RawSocket> {
    const socket = openSocket(url, headers, protocols)
    const raw = new RawSocket(socket)
    return new Promise((resolve, reject) => {
      socket.onopen = () => resolve(raw)
      socket.onerror = () => reject(new Error(`${url} refused the WebSocket.`))
    })
  }

  get isOpen(): boolean {
    return !this.#isClosed
  }

  get messages(): readonly RawMessage[] {
    for (const frame of this.frames.slice(this.#parsed.length)) this.#parsed.push(JSON.parse(frame) as RawMessage) // the server under test speaks JSON
    return this.#parsed
  }

  send(text: string | Uint8Array<ArrayBuffer>): void {
    this.#socket.send(text)
  }

  /** Sends a request and waits for the answer with its id. */
  request(method: string, params?: unknown): Promise<RawMessage> {
    const id = `raw-${this.#nextId++}`
    return this.exchange(
      JSON.stringify({ jsonrpc: '2.0', id, method, ...(params !== undefined && { params }) }),
      (message) => message.id === id,
    )
  }

  /** Sends text and waits for the first message after it that fits. */
  async exchange(text: string, fits: (message: RawMessage) => boolean = () => true): Promise<RawMessage> {
    const seen = this.frames.length
    this.send(text)
    return this.next(fits, seen)
  }

  /** The first message from number `from` on that fits. */
  next(fits: (message: RawMessage) => boolean, from = 0): Promise<RawMessage> {
    return until(
      'a WebSocket message',
      () => {
        const found = this.messages.slice(from).find(fits)
        if (!found && this.#isClosed) throw new Error('The WebSocket closed instead of answering.')
        return found
      },
      20_000,
      5,
    )
  }

  async close(): Promise<void> {
    this.#socket.close(1000)
    await this.closed
  }
}
