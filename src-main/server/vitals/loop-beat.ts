import { performance } from 'node:perf_hooks'

const BEAT_MS = 1_000
/** A timer that is that late belongs to a loop that does not keep up, in milliseconds. */
const LATE_MS = 5_000

/** Whether timers of the main thread fire at all: for a loop that still answers sockets now and then, but does not keep up any more. */
export class LoopBeat {
  readonly #now: () => number
  readonly #timer: NodeJS.Timeout
  #expectedMs: number
  /** Since when each beat has been late. */
  #lateSinceMs: number | undefined

  constructor(now: () => number = () => performance.now()) {
    this.#now = now
    this.#expectedMs = now() + BEAT_MS
    this.#timer = setInterval(() => this.beat(), BEAT_MS).unref()
  }

  /** How long the loop has not kept up, in milliseconds; 0 when it does. A process that was asleep is late once, and that does not count. */
  get behindMs(): number {
    return this.#lateSinceMs === undefined ? 0 : this.#now() - this.#lateSinceMs
  }

  /** A timer has fired. */
  beat(): void {
    const now = this.#now()
    if (now - this.#expectedMs > LATE_MS) this.#lateSinceMs ??= now
    else this.#lateSinceMs = undefined
    this.#expectedMs = now + BEAT_MS
  }

  close(): void {
    clearInterval(this.#timer)
  }
}
