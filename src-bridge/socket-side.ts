import type { IncomingMessage } from 'node:http'
import { WebSocket } from 'ws'
import type { RawData } from 'ws'
import { CLOSE_CODES, HEADERS } from '../src-main/contract/protocol.ts'
import { Heartbeat } from './heartbeat.ts'
import { absence, readRefusal } from './refusal.ts'
import type { Failure } from './refusal.ts'
import type { Timings } from './timings.ts'

/** More than the server ever sends in one message; what is larger is not the server we know. */
const MAX_FRAME_BYTES = 64 * 1024 * 1024
/** Unsent bytes above which the host is asked to wait. */
const OUTPUT_HIGH_BYTES = 4 * 1024 * 1024

export interface Opening {
  readonly sessionId: string | undefined
  readonly resumeToken: string | undefined
}

/** What becomes of one connection: `opened` then any frames then `closed`, or `failed` alone. */
export interface SocketHandlers {
  opened(opening: Opening): void
  frame(frame: Buffer): void
  drained(): void
  closed(code: number, reason: string): void
  failed(failure: Failure): void
}

/** One WebSocket connection from its first byte to its last. */
export class SocketSide {
  readonly #socket: WebSocket
  readonly #handlers: SocketHandlers
  readonly #timings: Timings
  readonly #url: string
  #heartbeat: Heartbeat | undefined
  #opening: Opening = { sessionId: undefined, resumeToken: undefined }
  #hasEnded = false
  #lastError = ''
  #isReading = true

  constructor(url: string, headers: Record<string, string>, handlers: SocketHandlers, timings: Timings) {
    this.#url = url
    this.#handlers = handlers
    this.#timings = timings
    this.#socket = new WebSocket(url, {
      headers,
      handshakeTimeout: timings.connectWithinMs,
      // Loopback is faster than any compression.
      perMessageDeflate: false,
      maxPayload: MAX_FRAME_BYTES,
    })
    this.#listen()
  }

  send(line: Buffer): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return
    this.#heartbeat?.sent()
    // The bytes are text already; as a Buffer they would go out as a binary frame.
    this.#socket.send(line, { binary: false }, () => {
      if (!this.isBackedUp) this.#handlers.drained()
    })
  }

  get isBackedUp(): boolean {
    return this.#socket.bufferedAmount > OUTPUT_HIGH_BYTES
  }

  pauseReading(): void {
    this.#isReading = false
    this.#socket.pause()
  }

  resumeReading(): void {
    this.#isReading = true
    this.#socket.resume()
  }

  /** Ends the connection at once, as if the server had gone. */
  drop(): void {
    this.#socket.terminate()
  }

  /** Says goodbye and waits for the other end to say it too, for a moment. */
  close(): Promise<void> {
    if (this.#socket.readyState !== WebSocket.OPEN) {
      this.#end()
      this.#socket.terminate()
      return Promise.resolve()
    }
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#socket.terminate(), this.#timings.closeWithinMs)
      this.#socket.once('close', () => {
        clearTimeout(timer)
        resolve()
      })
      this.#end()
      this.resumeReading()
      this.#socket.close(CLOSE_CODES.normal)
    })
  }

  #listen(): void {
    const socket = this.#socket
    socket.on('upgrade', (response) => {
      this.#opening = { sessionId: header(response, HEADERS.sessionId), resumeToken: header(response, HEADERS.sessionResume) }
    })
    socket.on('open', () => {
      if (this.#hasEnded) return
      this.#heartbeat = new Heartbeat(
        { ping: () => socket.ping(), dead: (reason) => this.#die(reason), isReading: () => this.#isReading },
        this.#timings,
      )
      this.#handlers.opened(this.#opening)
    })
    socket.on('ping', () => this.#heartbeat?.seen())
    socket.on('pong', () => this.#heartbeat?.seen())
    socket.on('message', (data, isBinary) => {
      this.#heartbeat?.seen()
      if (!this.#hasEnded && !isBinary) this.#handlers.frame(asBuffer(data))
    })
    socket.on('unexpected-response', (request, response) => {
      void readRefusal(this.#url, response).then((failure) => {
        request.destroy()
        if (this.#end()) this.#handlers.failed(failure)
      })
    })
    // Every error is followed by a close; the close decides.
    socket.on('error', (error) => {
      this.#lastError = error.message
    })
    socket.on('close', (code, reason) => {
      const wasOpen = this.#heartbeat !== undefined
      if (!this.#end()) return
      if (wasOpen) this.#handlers.closed(code, reason.toString('utf8') || this.#lastError)
      else this.#handlers.failed(absence(this.#url, this.#lastError.includes('timed out') ? 'timeout' : this.#lastError))
    })
  }

  #die(reason: string): void {
    this.#lastError = reason
    this.#socket.terminate()
  }

  /** True the first time only: afterwards nobody hears of this connection again. */
  #end(): boolean {
    if (this.#hasEnded) return false
    this.#hasEnded = true
    this.#heartbeat?.stop()
    return true
  }
}

function header(response: IncomingMessage, name: string): string | undefined {
  const value = response.headers[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}

function asBuffer(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data)
}
