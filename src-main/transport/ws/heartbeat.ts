import type { WebSocket } from 'ws'

/** Finds dead connections: pings each socket every `intervalMs`, and ends those that do not answer within `timeoutMs`. */
export class Heartbeat {
  readonly #sockets = new Map<WebSocket, { isWaiting: boolean }>()
  readonly #timer: NodeJS.Timeout
  readonly #timeoutMs: number

  constructor(options: { readonly intervalMs: number; readonly timeoutMs: number }) {
    this.#timeoutMs = options.timeoutMs
    this.#timer = setInterval(() => this.#pingAll(), options.intervalMs).unref()
  }

  watch(socket: WebSocket): void {
    const state = { isWaiting: false }
    this.#sockets.set(socket, state)
    socket.on('pong', () => (state.isWaiting = false))
    // Whatever arrives proves that the peer lives.
    socket.on('message', () => (state.isWaiting = false))
    socket.on('close', () => this.#sockets.delete(socket))
  }

  close(): void {
    clearInterval(this.#timer)
  }

  #pingAll(): void {
    for (const [socket, state] of this.#sockets) {
      if (socket.readyState !== socket.OPEN) continue
      state.isWaiting = true
      socket.ping()
    }
    setTimeout(() => this.#endSilent(), this.#timeoutMs).unref()
  }

  #endSilent(): void {
    for (const [socket, state] of this.#sockets) if (state.isWaiting) socket.terminate()
  }
}
