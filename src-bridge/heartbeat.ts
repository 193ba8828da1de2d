import type { Timings } from './timings.ts'

export interface HeartbeatHandlers {
  ping(): void
  /** Nothing came back: the other end is gone, whatever the socket says. */
  dead(reason: string): void
  /** While we keep the socket from reading, silence says nothing. */
  isReading(): boolean
}

/** Watches one connection by its silence: patiently while nobody waits, closely while something was sent, and at once when the machine has slept. */
export class Heartbeat {
  readonly #handlers: HeartbeatHandlers
  readonly #timings: Timings
  readonly #timer: NodeJS.Timeout
  #lastSeen = performance.now()
  /** The first message that went out since then. */
  #sentAt: number | undefined
  #ping: { readonly at: number; readonly answerWithinMs: number } | undefined
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
    this.#sentAt = undefined
    this.#ping = undefined
  }

  /** Something went to the other end: it should be heard from soon. */
  sent(): void {
    this.#sentAt ??= performance.now()
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
      this.seen()
      return
    }
    const { pingAfterMs, pongWithinMs, pingAwaitedAfterMs, pongAwaitedWithinMs, heartbeatTickMs } = this.#timings
    // After a sleep an answer that came in time may still lie unread, so a fresh question starts a fresh wait.
    const hasSlept = gap > heartbeatTickMs + pongAwaitedWithinMs
    const isAwaited = this.#sentAt !== undefined && now - this.#sentAt >= pingAwaitedAfterMs
    if (this.#ping && !hasSlept) {
      // Who began to wait since the ping need not wait as long as nobody would.
      const answerWithinMs = isAwaited ? Math.min(this.#ping.answerWithinMs, pongAwaitedWithinMs) : this.#ping.answerWithinMs
      if (now - this.#ping.at >= answerWithinMs) this.#handlers.dead(`no sign of life for ${Math.round((now - this.#lastSeen) / 1000)} s`)
    } else if (hasSlept || isAwaited || now - this.#lastSeen >= pingAfterMs) {
      this.#ping = { at: now, answerWithinMs: hasSlept || isAwaited ? pongAwaitedWithinMs : pongWithinMs }
      this.#handlers.ping()
    }
  }
}
