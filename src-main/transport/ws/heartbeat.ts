import type { WebSocket } from 'ws'

/** Finds dead connections: pings each socket every `intervalMs`, and ends those that do not answer within `timeoutMs`. */
export class Heartbeat {
  readonly #sockets = new Map<WebSocket, { unansweredRound: number | undefined }>()
  readonly #timer: NodeJS.Timeout
  readonly #timeoutMs: number
  #round = 0

  constructor(options: { readonly intervalMs: number; readonly timeoutMs: number }) {
    this.#timeoutMs = options.timeoutMs
    this.#timer = setInterval(() => this.#pingAll(), options.intervalMs).unref()
  }

  watch(socket: WebSocket): void {
    const state: { unansweredRound: number | undefined } = { unansweredRound: undefined }
    this.#sockets.set(socket, state)
    socket.on('pong', () => (state.unansweredRound = undefined))
    // Whatever arrives proves that the peer lives.
    socket.on('message', () => (state.unansweredRound = undefined))
    socket.on('close', () => this.#sockets.delete(socket))
  }

  close(): void {
    clearInterval(this.#timer)
  }

  #pingAll(): void {
    const round = ++this.#round
    for (const [socket, state] of this.#sockets) {
      if (socket.readyState !== socket.OPEN) continue
      state.unansweredRound ??= round
      socket.ping()
    }
    setTimeout(() => this.#endSilent(round), this.#timeoutMs).unref()
  }

  /** Rounds overlap when pings are sent faster than they time out; a ping of a later round still has its time. */
  #endSilent(round: number): void {
    for (const [socket, { unansweredRound }] of this.#sockets)
      if (unansweredRound !== undefined && unansweredRound <= round) socket.terminate()
  }
}
