import type { Log } from '../src-main/base/log.ts'
import type { Lane, LaneHandlers } from './lane.ts'
import { canBeBypassed, joinFailures } from './refusal.ts'
import type { Failure } from './refusal.ts'
import type { Timings } from './timings.ts'

export interface HybridParts {
  readonly server: Lane
  readonly openEmbedded: () => Lane
  /** Changes whenever a server has announced itself; undefined while none is announced. */
  readonly announcement: () => string | undefined
  /** True while one is known to be starting. */
  readonly isStarting: () => boolean
  readonly timings: Timings
  readonly log: Log
}

/**
 * The server while there is one, else the store itself. What a request waits for decides: the embedded lane opens only when one
 * waits and the server stays away, and closes as soon as the server is there again. A server that refuses us is there: the
 * store is no way around it.
 */
export class HybridLane implements Lane {
  readonly #parts: HybridParts
  readonly #server: Lane
  #handlers: LaneHandlers | undefined
  #embedded: Lane | undefined
  #active: Lane | undefined
  #isServerOpen = false
  /** The move to the server that is going on. */
  #move: object | undefined
  /** What the server says before it is the one that serves. */
  #early: Buffer[] = []
  /** The server's refusal, while it is there to refuse. */
  #refusal: Failure | undefined
  #announced: string | undefined
  /** When a server was last seen to announce itself: it gets as long as one that was there from the start. */
  #announcedAt = 0
  #watch: NodeJS.Timeout | undefined
  #timer: NodeJS.Timeout | undefined
  #closing: Promise<void> = Promise.resolve()
  #isStopped = false

  constructor(parts: HybridParts) {
    this.#parts = parts
    this.#server = parts.server
  }

  start(handlers: LaneHandlers): void {
    this.#handlers = handlers
    this.#announced = this.#parts.announcement()
    this.#watch = setInterval(() => this.#lookForServer(), this.#parts.timings.discoveryPollMs)
    this.#watch.unref()
    this.#server.start({
      opened: () => this.#serverOpened(),
      message: (frame) => {
        if (this.#active === this.#server) handlers.message(frame)
        else this.#early.push(frame)
      },
      lost: (closeCode) => this.#serverLost(closeCode),
      failed: (failure) => this.#serverFailed(failure),
      drained: () => this.#drained(this.#server),
      isNeeded: () => handlers.isNeeded() || this.#embedded !== undefined,
      leaving: () => Promise.resolve(),
      staying: () => undefined,
    })
  }

  wake(): void {
    this.#server.wake()
    this.#embedded?.wake()
    this.#considerEmbedded()
  }

  send(line: Buffer): void {
    this.#active?.send(line)
  }

  drop(): void {
    this.#active?.drop()
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    clearInterval(this.#watch)
    clearTimeout(this.#timer)
    this.#closeEmbedded()
    await Promise.all([this.#server.stop(), this.#closing])
  }

  pauseReading(): void {
    this.#active?.pauseReading()
  }

  resumeReading(): void {
    this.#active?.resumeReading()
  }

  keepResumeToken(token: string): void {
    this.#server.keepResumeToken(token)
  }

  get isBackedUp(): boolean {
    return this.#active?.isBackedUp ?? false
  }

  get downSince(): number | undefined {
    // While the embedded lane may still open, nothing is known to be down.
    const mayOpen = this.#refusal === undefined && this.#embedded?.obstacle === undefined
    return this.#active || mayOpen ? undefined : this.#server.downSince
  }

  get obstacle(): Failure | undefined {
    const { obstacle } = this.#server
    const other = this.#embedded?.obstacle
    return obstacle && other && this.#refusal === undefined ? joinFailures(obstacle, other) : (obstacle ?? other)
  }

  #serverOpened(): void {
    this.#isServerOpen = true
    this.#refusal = undefined
    if (this.#active) void this.#moveToServer()
    else this.#activateServer()
  }

  /** Between two requests: those that run are answered first, those that come meanwhile wait. */
  async #moveToServer(): Promise<void> {
    const move = {}
    this.#move = move
    await this.#handlers?.leaving(this.#parts.timings.moveWithinMs)
    // Meanwhile the server may have gone again, or the embedded lane have been lost by itself.
    if (this.#move !== move || this.#isStopped) return
    this.#move = undefined
    this.#active = undefined
    this.#handlers?.lost(0)
    this.#activateServer()
  }

  #activateServer(): void {
    clearTimeout(this.#timer)
    this.#active = this.#server
    if (this.#embedded) this.#parts.log.info({}, 'the server is there; going on with it')
    this.#closeEmbedded()
    this.#handlers?.opened()
    for (const frame of this.#early.splice(0)) this.#handlers?.message(frame)
  }

  #serverLost(closeCode: number): void {
    this.#isServerOpen = false
    this.#early = []
    this.#announced = this.#parts.announcement()
    if (this.#active === this.#server) {
      this.#active = undefined
      this.#handlers?.lost(closeCode)
      this.#considerEmbedded()
    } else if (this.#move) {
      this.#move = undefined
      this.#handlers?.staying()
    }
  }

  #serverFailed(failure: Failure): void {
    if (canBeBypassed(failure)) {
      this.#refusal = undefined
      this.#considerEmbedded()
      return
    }
    this.#refusal = failure
    const wasServing = this.#active !== undefined
    this.#active = undefined
    this.#closeEmbedded()
    if (wasServing) this.#handlers?.lost(0)
    this.#handlers?.failed(failure)
  }

  #considerEmbedded(): void {
    clearTimeout(this.#timer)
    if (this.#isStopped || this.#active || this.#embedded || this.#refusal || this.#handlers?.isNeeded() !== true) return
    this.#lookForServer()
    const { obstacle, downSince = performance.now() } = this.#server
    const { fallbackAfterMs, fallbackWhenAbsentMs, fallbackWhileStartingMs, discoveryPollMs } = this.#parts.timings
    const downForMs = performance.now() - downSince
    if (downForMs < fallbackWhileStartingMs && this.#parts.isStarting()) {
      this.#timer = setTimeout(() => this.#considerEmbedded(), discoveryPollMs)
      return
    }
    // Where nothing listens and no server has announced itself, a second is long to wait for one that may just be starting.
    const isAbsent = obstacle?.isAbsence === true && this.#announced === undefined
    const waitedMs = Math.min(downForMs, performance.now() - this.#announcedAt)
    const due = (isAbsent ? fallbackWhenAbsentMs : fallbackAfterMs) - waitedMs
    if (due <= 0) this.#openEmbedded()
    else this.#timer = setTimeout(() => this.#considerEmbedded(), due)
  }

  #openEmbedded(): void {
    const lane = this.#parts.openEmbedded()
    this.#embedded = lane
    const isCurrent = (): boolean => this.#embedded === lane
    lane.start({
      opened: () => {
        if (!isCurrent() || this.#active) return
        this.#active = lane
        this.#handlers?.opened()
      },
      message: (frame) => {
        if (this.#active === lane) this.#handlers?.message(frame)
      },
      lost: (closeCode) => {
        if (this.#active !== lane) return
        this.#active = undefined
        this.#move = undefined
        this.#handlers?.lost(closeCode)
        if (this.#isServerOpen) this.#activateServer()
      },
      // The server may still come: whoever waits is answered when its time is over, by both obstacles.
      failed: () => undefined,
      drained: () => this.#drained(lane),
      isNeeded: () => isCurrent() && this.#handlers?.isNeeded() === true,
      leaving: () => Promise.resolve(),
      staying: () => undefined,
    })
  }

  #closeEmbedded(): void {
    const lane = this.#embedded
    this.#embedded = undefined
    this.#move = undefined
    if (lane) this.#closing = Promise.all([this.#closing, lane.stop()]).then(() => undefined)
  }

  #drained(lane: Lane): void {
    if (this.#active === lane) this.#handlers?.drained()
  }

  /** A server that starts writes the discovery file when it listens. */
  #lookForServer(): void {
    if (this.#isServerOpen) return
    const announced = this.#parts.announcement()
    const isNews = announced !== undefined && announced !== this.#announced
    this.#announced = announced
    if (!isNews) return
    this.#announcedAt = performance.now()
    this.#server.wake()
  }
}
