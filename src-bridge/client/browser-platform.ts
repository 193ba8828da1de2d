import { ERROR_TABLE } from '../../src-main/contract/errors.ts'
import { CLOSE_CODES, DEFAULT_HOST, DEFAULT_WS_PORT } from '../../src-main/contract/protocol.ts'
import type { Failure } from '../refusal.ts'
import type { Timings } from '../timings.ts'
import { bracketed } from './client-options.ts'
import type { ClientSocket, ClientSocketHandlers, Platform } from './platform.ts'

/** Browsers, and whatever has a WebSocket like theirs: no headers, and no word about why a connection was refused. */
export const browserPlatform: Platform = {
  sendsHeaders: false,

  wsUrl({ url, host, port }) {
    if (url !== undefined) return url
    const page = pageLocation()
    const scheme = page?.protocol === 'https:' ? 'wss' : 'ws'
    return `${scheme}://${bracketed(host ?? page?.hostname ?? DEFAULT_HOST)}:${port ?? DEFAULT_WS_PORT}`
  },

  apiUrl: () => pageLocation()?.origin,

  openSocket: (url, _headers, handlers, timings) => new BrowserSocket(url, handlers, timings),
}

/** One WebSocket of the platform. The platform answers pings by itself, so silence is watched by deadlines only. */
class BrowserSocket implements ClientSocket {
  readonly #url: string
  readonly #handlers: ClientSocketHandlers
  readonly #socket: WebSocket | undefined
  readonly #timer: ReturnType<typeof setTimeout> | undefined
  #wasOpen = false
  #hasEnded = false

  constructor(url: string, handlers: ClientSocketHandlers, timings: Timings) {
    this.#url = url
    this.#handlers = handlers
    try {
      this.#socket = new WebSocket(url)
    } catch (error) {
      // A page served over HTTPS may not open ws:// to another machine.
      const sentence = `The browser does not allow a connection to ${url}: ${error instanceof Error ? error.message : String(error)}`
      queueMicrotask(() => this.#end(() => handlers.failed(refused(sentence, true))))
      return
    }
    this.#timer = setTimeout(() => this.drop(), timings.connectWithinMs)
    this.#socket.onopen = () => {
      clearTimeout(this.#timer)
      this.#wasOpen = true
      if (!this.#hasEnded) handlers.opened({})
    }
    this.#socket.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (!this.#hasEnded && typeof data === 'string') handlers.text(data)
    }
    this.#socket.onclose = ({ code, reason }) => this.#ended(code, reason)
  }

  send(text: string): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(text)
  }

  drop(): void {
    this.#socket?.close()
    // A peer that has gone does not answer the close frame; the caller must not wait for it.
    queueMicrotask(() => this.#ended(1006, 'dropped'))
  }

  close(): Promise<void> {
    this.#end(() => undefined)
    this.#socket?.close(CLOSE_CODES.normal)
    return Promise.resolve()
  }

  #ended(code: number, reason: string): void {
    this.#end(() => {
      if (this.#wasOpen) this.#handlers.closed(code, reason)
      else this.#handlers.failed(refused(absenceOf(this.#url), false))
    })
  }

  /** Runs `tell` the first time only: afterwards nobody hears of this socket again. */
  #end(tell: () => void): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    clearTimeout(this.#timer)
    tell()
  }
}

/** All that can be said: browsers hide from pages why a WebSocket was refused. */
function absenceOf(url: string): string {
  return (
    `TMWS at ${url} is not running, does not allow pages of this origin (TMWS_CORS_ORIGINS), ` +
    'or wants a token, which a browser cannot send over a WebSocket.'
  )
}

function refused(sentence: string, isFinal: boolean): Failure {
  return { sentence, isFinal, jsonRpcCode: ERROR_TABLE.unavailable.jsonRpcCode, body: { code: 'unavailable', message: sentence } }
}

/** Absent in workers of some platforms, whatever the types say. */
function pageLocation(): Location | undefined {
  const page = (globalThis as { location?: Location }).location // as the sentence above says
  return page?.protocol === 'http:' || page?.protocol === 'https:' ? page : undefined
}
