import { performance } from 'node:perf_hooks'

/** Milliseconds that only go up, from no particular start. Not wall time: nobody can set it. */
export interface Stopwatch {
  now(): number
}

/** How often time is noted, in milliseconds. */
const TICK_MS = 1_000
/** More than this between two notes was sleep, or a process that was stopped: it counts as this much. */
const MOST_MS = 5_000

/**
 * The time in which this process could do something. A machine's sleep does not count, nor does a stopped process, and the wall clock
 * has no say: after eight hours with the lid closed nobody has been idle for eight hours. Some platforms count sleep on their monotonic
 * clock (Windows, macOS) and some do not (Linux), so both come out the same here.
 */
export class AwakeTime implements Stopwatch {
  readonly #monotonic: () => number
  readonly #timer: NodeJS.Timeout
  #noted = 0
  #notedAt: number

  constructor(monotonic: () => number = () => performance.now()) {
    this.#monotonic = monotonic
    this.#notedAt = monotonic()
    this.#timer = setInterval(() => this.now(), TICK_MS).unref()
  }

  now(): number {
    const at = this.#monotonic()
    this.#noted += Math.min(Math.max(0, at - this.#notedAt), MOST_MS)
    this.#notedAt = at
    return this.#noted
  }

  close(): void {
    clearInterval(this.#timer)
  }
}
