import { ERROR_META_KEY } from '../src-main/contract/protocol.ts'
import type { Handshake } from './handshake.ts'
import { isRecord } from './json-rpc.ts'
import type { Message, RequestId } from './json-rpc.ts'
import { isToolSuccess } from './standing-calls.ts'
import type { StandingCalls } from './standing-calls.ts'

const PREFIX = 'tmws-bridge:replay:'

type Answer = Extract<Message, { kind: 'answer' }>

export interface ReplayHandlers {
  send(line: Buffer): void
  /** Everything that requests rely on has been said again. */
  done(): void
  /** The agent that the host became could not be become again. */
  switchFailed(): void
  /** A subscription stands again; what it is of may have changed meanwhile. */
  resubscribed(uri: string): void
  handshakeRefused(): void
  /** The server takes nothing at the moment, as one does that stops: another connection is needed. */
  turnedAway(): void
}

/**
 * Tells a new connection what the host has said on the one before: how a legacy host opened its session (hosts of the
 * 2026-07-28 revision open nothing), then whom it became, then what it subscribed to. All under ids of ours; their answers are
 * for us.
 */
export class Replay {
  readonly #handshake: Handshake
  readonly #standing: StandingCalls
  readonly #handlers: ReplayHandlers
  #isRunning = false
  #count = 0
  #waiting: { readonly id: string; readonly next: (answer: Answer) => void } | undefined
  readonly #resubscribing = new Map<RequestId, string>()

  constructor(handshake: Handshake, standing: StandingCalls, handlers: ReplayHandlers) {
    this.#handshake = handshake
    this.#standing = standing
    this.#handlers = handlers
  }

  get isRunning(): boolean {
    return this.#isRunning
  }

  /** Starts on a new connection; `done` follows, at once if there is nothing to say. */
  begin(): void {
    this.stop()
    this.#isRunning = true
    const opening = this.#handshake.establishedLine
    if (!opening) {
      this.#becomeAgain()
      return
    }
    this.#ask(opening, (answer) => {
      if (isUnavailable(answer)) {
        this.#handlers.turnedAway()
        return
      }
      if (answer.isError) this.#handlers.handshakeRefused()
      const initialized = this.#handshake.initializedLine
      if (initialized) this.#handlers.send(initialized)
      this.#becomeAgain()
    })
  }

  stop(): void {
    this.#isRunning = false
    this.#waiting = undefined
    this.#resubscribing.clear()
  }

  /** True if the answer was to something said again. */
  take(answer: Answer): boolean {
    const waiting = this.#waiting
    if (answer.id !== null && waiting?.id === answer.id) {
      this.#waiting = undefined
      waiting.next(answer)
      return true
    }
    // Only while it is awaited: the id may be the host's own next time.
    const uri = answer.id === null ? undefined : this.#resubscribing.get(answer.id)
    if (answer.id === null || uri === undefined) return false
    this.#resubscribing.delete(answer.id)
    if (!answer.isError) this.#handlers.resubscribed(uri)
    return true
  }

  #becomeAgain(): void {
    const line = this.#standing.switchLine
    if (!line) {
      this.#finish()
      return
    }
    this.#ask(line, (answer) => {
      if (isUnavailable(answer)) {
        this.#handlers.turnedAway()
        return
      }
      if (!isToolSuccess(answer)) this.#handlers.switchFailed()
      this.#finish()
    })
  }

  #finish(): void {
    for (const { uri, line } of this.#standing.subscriptions) this.#resubscribing.set(this.#send(line), uri)
    this.#isRunning = false
    this.#handlers.done()
  }

  #ask(line: Buffer, next: (answer: Answer) => void): void {
    // Known before it is sent: the answer may come at once.
    const id = this.#nextId()
    this.#waiting = { id, next }
    this.#send(line, id)
  }

  #send(line: Buffer, id = this.#nextId()): string {
    const message: unknown = JSON.parse(line.toString('utf8'))
    this.#handlers.send(Buffer.from(JSON.stringify({ ...(isRecord(message) && message), id })))
    return id
  }

  #nextId(): string {
    return `${PREFIX}${++this.#count}`
  }
}

/** Whether a request failed for a reason that has nothing to do with it: with JSON-RPC's error, or within a tool's result. */
function isUnavailable({ error, result }: Answer): boolean {
  const meta = isRecord(result) && isRecord(result._meta) ? result._meta[ERROR_META_KEY] : undefined
  const body = isRecord(error) && isRecord(error.data) ? error.data : meta
  return isRecord(body) && body.code === 'unavailable'
}
