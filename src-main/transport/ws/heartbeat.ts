import { performance } from 'node:perf_hooks'
import type { WebSocket } from 'ws'

export interface HeartbeatOptions {
  readonly intervalMs: number
  readonly timeoutMs: number
  /** Clocks, for tests: one that nobody can set, and the wall's. */
  readonly monotonic?: () => number
  readonly wall?: () => number
}

/** What a watched connection hears of its own pings. */
export interface HeartbeatListener {
  onPing?(): void
  /** The last ping was answered. */
  onPong?(): void
}

interface Pulse {
  readonly listener: HeartbeatListener
  /** What the last ping carried, for its pong to be known by. */
  pings: number
  pingAtMs: number
  /** When the ping that is under way must have been answered. */
  deadlineMs: number | undefined
}

/** Rounds in the shorter of interval and timeout. */
const ROUNDS = 20
const SHORTEST_ROUND_MS = 5

/**
 * Finds dead connections: pings each socket every `intervalMs`, and ends those that have not answered within `timeoutMs`. Each socket
 * has its own turn, so that a crowd is not pinged at once. After a sleep of the machine nobody is judged by what it had no chance to
 * answer: all are pinged anew and get their full time.
 */
export class Heartbeat {
  readonly #pulses = new Map<WebSocket, Pulse>()
  readonly #timer: NodeJS.Timeout
  readonly #options: HeartbeatOptions
  readonly #roundMs: number
  readonly #monotonic: () => number
  readonly #wall: () => number
  #lastMs: number
  #lastWallMs: number
  #silentCount = 0

  constructor(options: HeartbeatOptions) {
    this.#options = options
    this.#monotonic = options.monotonic ?? (() => performance.now())
    this.#wall = options.wall ?? (() => Date.now())
    this.#roundMs = Math.max(SHORTEST_ROUND_MS, Math.min(options.intervalMs, options.timeoutMs) / ROUNDS)
    this.#lastMs = this.#monotonic()
    this.#lastWallMs = this.#wall()
    // What arrived while the loop was busy is read first: an answer that is here must not count as late.
    this.#timer = setInterval(() => setImmediate(() => this.#round()), this.#roundMs).unref()
  }

  /** Connections that were ended because they did not answer. */
  get silentCount(): number {
    return this.#silentCount
  }

  watch(socket: WebSocket, listener: HeartbeatListener = {}): void {
    const pulse: Pulse = { listener, pings: 0, pingAtMs: this.#nextPing(), deadlineMs: undefined }
    this.#pulses.set(socket, pulse)
    socket.on('pong', (data: Buffer) => {
      pulse.deadlineMs = undefined
      if (data.toString() === String(pulse.pings)) listener.onPong?.()
    })
    // Whatever arrives proves that the peer lives.
    socket.on('message', () => (pulse.deadlineMs = undefined))
    socket.on('close', () => this.#pulses.delete(socket))
  }

  /** Pings one connection now. */
  ping(socket: WebSocket): void {
    const pulse = this.#pulses.get(socket)
    if (!pulse || socket.readyState !== socket.OPEN) return
    pulse.deadlineMs ??= this.#monotonic() + this.#options.timeoutMs
    pulse.pingAtMs = this.#nextPing()
    pulse.pings += 1
    pulse.listener.onPing?.()
    socket.ping(String(pulse.pings))
  }

  close(): void {
    clearInterval(this.#timer)
  }

  #round(): void {
    const hasSlept = this.#hasSlept()
    const now = this.#monotonic()
    for (const [socket, pulse] of this.#pulses) {
      if (hasSlept) pulse.deadlineMs = undefined
      if (pulse.deadlineMs !== undefined && now >= pulse.deadlineMs) {
        this.#silentCount += 1
        socket.terminate()
      } else if (hasSlept || now >= pulse.pingAtMs) this.ping(socket)
    }
  }

  /** By either clock: some monotonic clocks stand still while the machine sleeps. A wall clock that was set forward looks the same, and does no harm. */
  #hasSlept(): boolean {
    const [now, wall] = [this.#monotonic(), this.#wall()]
    const gapMs = Math.max(now - this.#lastMs, wall - this.#lastWallMs)
    this.#lastMs = now
    this.#lastWallMs = wall
    return gapMs > this.#roundMs + this.#options.timeoutMs
  }

  /** A little early, for a round may come a little late: the whole must stay within interval and timeout. */
  #nextPing(): number {
    return this.#monotonic() + this.#options.intervalMs - 2 * this.#roundMs
  }
}
