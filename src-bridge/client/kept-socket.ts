import { RESTING_CLOSE_CODES } from '../../src-main/contract/protocol.ts'
import type { Failure } from '../refusal.ts'
import { RetryPace } from '../retry-pace.ts'
import type { Timings } from '../timings.ts'
import type { ClientSocket, ClientSocketHandlers, Opening } from './platform.ts'

export interface KeptSocketHandlers {
  opened(opening: Opening): void
  text(text: string): void
  /** The connection ended. `willReconnect` is false after an idle time: the next `wake` connects. */
  lost(code: number, reason: string, willReconnect: boolean): void
  /** An attempt failed. True: try again at once, something was changed. */
  failed(failure: Failure): boolean
  /** True while somebody waits for the connection. */
  isNeeded(): boolean
}

type State = 'resting' | 'waiting' | 'connecting' | 'open' | 'closed'

/** A socket that is opened again whenever it is lost: soon at first, ever less often, with jitter. */
export class KeptSocket {
  readonly #open: (handlers: ClientSocketHandlers) => ClientSocket
  readonly #handlers: KeptSocketHandlers
  readonly #timings: Timings
  readonly #pace: RetryPace
  #state: State = 'resting'
  #socket: ClientSocket | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  #obstacle: Failure | undefined
  #attemptAt = 0
  #openedAt = 0
  #downSince = performance.now()

  constructor(open: (handlers: ClientSocketHandlers) => ClientSocket, handlers: KeptSocketHandlers, timings: Timings) {
    this.#open = open
    this.#handlers = handlers
    this.#timings = timings
    this.#pace = new RetryPace(timings)
  }

  /** Why the last attempt failed; undefined if it did not. */
  get obstacle(): Failure | undefined {
    return this.#obstacle
  }

  /** Somebody needs the connection: connects now if it rests, and soon if it waits for its next attempt. */
  wake(): void {
    if (this.#state === 'resting') {
      this.#downSince = performance.now()
      this.#connect()
    } else if (this.#state === 'waiting') {
      this.#schedule(Math.max(0, this.#attemptAt + this.#pace.wokenGap(this.#obstacle) - performance.now()))
    }
  }

  /** Stops trying until the next `wake`; an open socket stays. */
  rest(): void {
    if (this.#state === 'open' || this.#state === 'closed') return
    clearTimeout(this.#timer)
    this.#state = 'resting'
    void this.#socket?.close()
    this.#socket = undefined
  }

  send(text: string): void {
    this.#socket?.send(text)
  }

  /** Ends the connection as if the server had gone, and connects again. */
  drop(): void {
    this.#socket?.drop()
  }

  /** Idempotent. No handler is called any more. */
  async close(): Promise<void> {
    this.#state = 'closed'
    clearTimeout(this.#timer)
    await this.#socket?.close()
  }

  #connect(): void {
    this.#state = 'connecting'
    this.#attemptAt = performance.now()
    this.#socket = this.#open({
      opened: (opening) => this.#opened(opening),
      text: (text) => this.#handlers.text(text),
      closed: (code, reason) => this.#closed(code, reason),
      failed: (failure) => this.#failed(failure),
    })
  }

  #opened(opening: Opening): void {
    this.#state = 'open'
    this.#openedAt = performance.now()
    this.#obstacle = undefined
    this.#handlers.opened(opening)
  }

  #closed(code: number, reason: string): void {
    const now = performance.now()
    this.#socket = undefined
    this.#downSince = now
    if (now - this.#openedAt >= this.#timings.steadyAfterMs) this.#pace.reset()
    // The server lets idle sessions go, and the person whom they end; coming back at once would make that meaningless.
    const willReconnect = !RESTING_CLOSE_CODES.includes(code)
    this.#state = 'resting'
    if (willReconnect) this.#schedule(this.#pace.next({ failure: undefined, isNeeded: true, downForMs: 0 }))
    this.#handlers.lost(code, reason, willReconnect)
  }

  #failed(failure: Failure): void {
    this.#socket = undefined
    this.#obstacle = failure
    const downForMs = performance.now() - this.#downSince
    this.#schedule(this.#pace.next({ failure, isNeeded: this.#handlers.isNeeded(), downForMs }))
    if (this.#handlers.failed(failure)) this.#schedule(0)
  }

  #schedule(afterMs: number): void {
    if (this.#state === 'closed') return
    clearTimeout(this.#timer)
    this.#state = 'waiting'
    this.#timer = setTimeout(() => this.#connect(), afterMs)
  }
}
