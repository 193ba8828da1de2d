import type { Timings } from './timings.ts'

export interface HeartbeatHandlers {
  ping(): void
  /** Nothing came back: the other end is gone, whatever the socket says. */
  dead(reason: string): void
  /** While we keep the socket from reading, silence says nothing. */
  isReading(): boolean
}

/** Watches one connection by its silence, and asks at once when the machine has slept. */
export class Heartbeat {
  readonly #handlers: HeartbeatHandlers
  readonly #timings: Timings
  readonly #timer: NodeJS.Timeout
  #lastSeen = performance.now()
  #pingedAt: number | undefined
  // Wall time, since the monotonic clock stands still while some systems sleep.
  #lastTickWall = Date.now()
  #lastTick = performance.now()

  constructor(handlers: HeartbeatHandlers, timings: Timings) {
    this.#handlers = handlers
    this.#timings = timings
    this.#timer = setInterval(() => this.#tick(), timings.heartbeatTickMs)
    this.#timer.unref()
  }

  /** Something came from the other end. */
  seen(): void {
    this.#lastSeen = performance.now()
    this.#pingedAt = undefined
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #tick(): void {
    const [now, wall] = [performance.now(), Date.now()]
    const gap = Math.max(wall - this.#lastTickWall, now - this.#lastTick)
    this.#lastTickWall = wall
    this.#lastTick = now
    if (!this.#handlers.isReading()) {
      this.#lastSeen = now
      this.#pingedAt = undefined
      return
    }
    const { pingAfterMs, pongWithinMs, heartbeatTickMs } = this.#timings
    // After a sleep an answer that came in time may still lie unread, so a fresh question starts a fresh wait.
    const hasSlept = gap > heartbeatTickMs + pongWithinMs
    if (this.#pingedAt !== undefined && !hasSlept) {
      if (now - this.#pingedAt >= pongWithinMs) this.#handlers.dead(`no sign of life for ${Math.round((now - this.#lastSeen) / 1000)} s`)
    } else if (hasSlept || now - this.#lastSeen >= pingAfterMs) {
      this.#pingedAt = now
      this.#handlers.ping()
    }
  }
}
