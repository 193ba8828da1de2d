import { existsSync } from 'node:fs'
import type { Log } from '../src-main/base/log.ts'
import { EmbeddedProcess } from './embedded-process.ts'
import type { EmbeddedProgram } from './embedded-process.ts'
import { Heartbeat } from './heartbeat.ts'
import { readMessage } from './json-rpc.ts'
import type { Lane, LaneHandlers } from './lane.ts'
import { embeddedFailure } from './refusal.ts'
import type { Failure } from './refusal.ts'
import { RetryPace } from './retry-pace.ts'
import type { Timings } from './timings.ts'

const PING_ID = 'tmws-bridge:ping'
/** An answer to a ping is short: longer frames need not be read twice. */
const MAX_PONG_BYTES = 1_000
const PING = Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: PING_ID, method: 'ping' }))

/** The lane to the store itself: a process of ours that serves the server's tools from the database. */
export class EmbeddedLane implements Lane {
  readonly #program: EmbeddedProgram
  readonly #timings: Timings
  readonly #log: Log
  readonly #pace: RetryPace
  #handlers: LaneHandlers | undefined
  #process: EmbeddedProcess | undefined
  #heartbeat: Heartbeat | undefined
  #isReading = true
  #timer: NodeJS.Timeout | undefined
  #obstacle: Failure | undefined
  #attemptAt = 0
  #downSince: number | undefined = performance.now()
  #isOpen = false
  #isStopped = false

  constructor(program: EmbeddedProgram, timings: Timings, log: Log) {
    this.#program = program
    this.#timings = timings
    this.#log = log
    this.#pace = new RetryPace(timings)
  }

  start(handlers: LaneHandlers): void {
    this.#handlers = handlers
    this.#launch()
  }

  wake(): void {
    if (this.#isStopped || this.#process) return
    // A refusal stands in settings that seldom change, and asking costs a process.
    const gap = this.#obstacle?.isFinal === true ? this.#timings.retryRefusedMs : this.#pace.wokenGap(this.#obstacle)
    this.#schedule(Math.max(0, this.#attemptAt + gap - performance.now()))
  }

  send(line: Buffer): void {
    this.#heartbeat?.sent()
    this.#process?.send(line)
  }

  drop(): void {
    this.#process?.kill()
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    clearTimeout(this.#timer)
    this.#heartbeat?.stop()
    await this.#process?.finish(this.#timings.embeddedFinishMs)
  }

  pauseReading(): void {
    this.#isReading = false
    this.#process?.pauseReading()
  }

  resumeReading(): void {
    this.#isReading = true
    this.#process?.resumeReading()
  }

  keepResumeToken(): void {
    // There is nothing to resume: the session ends with its process.
  }

  get isBackedUp(): boolean {
    return this.#process?.isBackedUp ?? false
  }

  get downSince(): number | undefined {
    return this.#downSince
  }

  get obstacle(): Failure | undefined {
    return this.#obstacle
  }

  #launch(): void {
    this.#timer = undefined
    this.#attemptAt = performance.now()
    const { file } = this.#program
    if (!existsSync(file)) {
      this.#failed(embeddedFailure(`the program for that, ${file}, is not there. Run the bridge where TMWS is installed`, true))
      return
    }
    const launched = new EmbeddedProcess(this.#program, {
      ready: () => this.#opened(),
      frame: (frame) => this.#heard(frame),
      drained: () => this.#handlers?.drained(),
      ended: (end) => this.#ended(end),
    })
    this.#process = launched
    this.#timer = setTimeout(() => launched.kill(), this.#timings.embeddedReadyWithinMs)
  }

  #opened(): void {
    clearTimeout(this.#timer)
    if (this.#isStopped) return
    this.#log.info({ started_in_ms: Math.round(performance.now() - this.#attemptAt) }, 'serving from the database itself')
    this.#isOpen = true
    this.#downSince = undefined
    this.#obstacle = undefined
    this.#isReading = true
    this.#heartbeat = new Heartbeat(
      {
        ping: () => this.#process?.send(PING),
        dead: (reason) => {
          this.#log.warn({}, `the process that serves from the database hangs: ${reason}`)
          this.#process?.kill()
        },
        isReading: () => this.#isReading,
      },
      this.#timings,
    )
    this.#handlers?.opened()
  }

  #heard(frame: Buffer): void {
    this.#heartbeat?.seen()
    if (frame.length < MAX_PONG_BYTES && frame.includes(PING_ID)) {
      const message = readMessage(frame)
      if (message.kind === 'answer' && message.id === PING_ID) return
    }
    this.#handlers?.message(frame)
  }

  #ended({ refusal, how }: { readonly refusal?: string; readonly how: string }): void {
    clearTimeout(this.#timer)
    this.#heartbeat?.stop()
    this.#heartbeat = undefined
    this.#process = undefined
    if (this.#isStopped) return
    const wasOpen = this.#isOpen
    this.#isOpen = false
    if (!wasOpen) {
      this.#failed(refusal === undefined ? embeddedFailure(how, false) : embeddedFailure(refusal, true))
      return
    }
    if (performance.now() - this.#attemptAt >= this.#timings.steadyAfterMs) this.#pace.reset()
    this.#downSince = performance.now()
    this.#log.warn({}, `the process that serves from the database is gone: ${how}`)
    this.#handlers?.lost(0)
    this.#retry(undefined)
  }

  #failed(failure: Failure): void {
    if (this.#obstacle?.sentence !== failure.sentence) this.#log.warn({}, failure.sentence)
    this.#obstacle = failure
    this.#handlers?.failed(failure)
    // What was refused is tried again when something asks for it.
    if (!failure.isFinal) this.#retry(failure)
  }

  #retry(failure: Failure | undefined): void {
    if (this.#handlers?.isNeeded() === true) this.#schedule(this.#pace.next({ failure, isNeeded: true, downForMs: 0 }))
  }

  #schedule(afterMs: number): void {
    if (this.#isStopped || this.#process) return
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#launch(), afterMs)
  }
}
