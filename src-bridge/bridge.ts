import type { Readable, Writable } from 'node:stream'
import type { Log } from '../src-main/base/log.ts'
import { ERROR_TABLE } from '../src-main/contract/errors.ts'
import { WELCOME_METHOD } from '../src-main/contract/protocol.ts'
import { CallRouter } from './call-router.ts'
import { errorAnswer, isRecord, readMessage } from './json-rpc.ts'
import type { Lane } from './lane.ts'
import { idOfOversize, MAX_LINE_BYTES } from '../src-main/base/line-splitter.ts'
import type { OversizeLine } from '../src-main/base/line-splitter.ts'
import { watchParent } from '../src-main/base/parent-watch.ts'
import { StdioSide } from './stdio-side.ts'
import type { Timings } from './timings.ts'

export interface BridgeParts {
  readonly input: Readable
  readonly output: Writable
  readonly lane: Lane
  readonly log: Log
  readonly timings: Timings
  readonly parentId?: () => number
}

export interface RunningBridge {
  /** Asks for an end as if the host had closed our input. */
  stop(reason: string): void
  /** Settles when everything is closed. */
  readonly ended: Promise<void>
}

/** Pumps messages between the host and the server until one of them, or the host's process, is gone. */
export function runBridge(parts: BridgeParts): RunningBridge {
  const bridge = new Bridge(parts)
  bridge.start()
  return bridge
}

class Bridge implements RunningBridge {
  readonly ended: Promise<void>
  readonly #stdio: StdioSide
  readonly #lane: Lane
  readonly #router: CallRouter
  readonly #log: Log
  readonly #timings: Timings
  readonly #parentId: (() => number) | undefined
  #settleEnded: () => void = () => undefined
  #isEnding = false
  #unwatchParent: () => void = () => undefined

  constructor({ input, output, lane, log, timings, parentId }: BridgeParts) {
    this.#stdio = new StdioSide(input, output)
    this.#lane = lane
    this.#log = log
    this.#timings = timings
    this.#parentId = parentId
    this.#router = new CallRouter(lane, (answer) => this.#write(answer), timings, log)
    this.ended = new Promise((resolve) => (this.#settleEnded = resolve))
  }

  start(): void {
    this.#unwatchParent = watchParent(
      () => this.#end('the process that started the bridge is gone', 0),
      this.#timings.parentPollMs,
      this.#parentId,
    )
    this.#lane.start({
      opened: () => this.#router.opened(),
      message: (frame) => this.#fromServer(frame),
      lost: (closeCode) => {
        this.#router.lost(closeCode)
        this.#stdio.resumeInput()
      },
      failed: (failure) => this.#router.failed(failure),
      drained: () => this.#stdio.resumeInput(),
      isNeeded: () => this.#router.isWaiting,
      leaving: (withinMs) => this.#router.leaving(withinMs),
      staying: () => this.#router.staying(),
    })
    this.#stdio.start({
      line: (line) => this.#fromHost(line),
      oversize: (line) => this.#refuseOversize(line),
      inputEnded: () => this.stop('the host closed the input'),
      outputClosed: () => this.#end('the host closed the output', 0),
      outputDrained: () => this.#lane.resumeReading(),
    })
  }

  stop(reason: string): void {
    this.#end(reason, this.#timings.drainMs)
  }

  #fromHost(line: Buffer): void {
    const message = readMessage(line)
    if (message.kind === 'broken') this.#write(errorAnswer(message.id, message.code, message.problem))
    else this.#router.fromHost(message, line)
    if (this.#lane.isBackedUp) this.#stdio.pauseInput()
  }

  #fromServer(frame: Buffer): void {
    const message = readMessage(frame)
    if (message.kind === 'broken') {
      this.#log.warn({ bytes: frame.length }, 'the server sent something that is not JSON-RPC; it was dropped')
    } else if (message.kind === 'notification' && message.method === WELCOME_METHOD) {
      this.#greet(message.params)
    } else if (this.#router.fromServer(message)) {
      this.#write(frame)
    }
  }

  /** The welcome is between the server and us; a host would not know the method. */
  #greet(params: unknown): void {
    if (!isRecord(params)) return
    if (typeof params.resume_token === 'string') this.#lane.keepResumeToken(params.resume_token)
    this.#log.debug({ session_id: params.session_id, server_version: params.server_version, agent_id: params.agent_id }, 'welcomed')
  }

  #refuseOversize(line: OversizeLine): void {
    const sentence = `The message is larger than ${MAX_LINE_BYTES / 1024 / 1024} MiB; send less at once.`
    const id = idOfOversize(line)
    if (id === undefined) this.#write(errorAnswer(null, -32700, `Parse error: ${sentence}`))
    else this.#write(errorAnswer(id, ERROR_TABLE.too_large.jsonRpcCode, sentence, { code: 'too_large', message: sentence }))
  }

  #write(line: Buffer): void {
    this.#stdio.write(line)
    if (this.#stdio.isOutputBackedUp) this.#lane.pauseReading()
  }

  #end(reason: string, drainMs: number): void {
    if (this.#isEnding) return
    this.#isEnding = true
    this.#log.info({}, `ending: ${reason}`)
    void this.#close(drainMs).then(this.#settleEnded)
  }

  async #close(drainMs: number): Promise<void> {
    this.#unwatchParent()
    this.#stdio.stopReading()
    if (drainMs > 0) await this.#router.settled(drainMs)
    this.#router.stop()
    await this.#lane.stop()
    await Promise.race([this.#stdio.flush(), new Promise((resolve) => setTimeout(resolve, this.#timings.closeWithinMs))])
  }
}
