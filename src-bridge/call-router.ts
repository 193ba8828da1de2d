import type { Log } from '../src-main/base/log.ts'
import { ERROR_TABLE } from '../src-main/contract/errors.ts'
import { CLOSE_CODES, JSON_RPC } from '../src-main/contract/protocol.ts'
import { CallSafety } from './call-safety.ts'
import { Handshake } from './handshake.ts'
import { errorAnswer, isRecord, unavailableAnswer } from './json-rpc.ts'
import type { Message } from './json-rpc.ts'
import type { Lane } from './lane.ts'
import { callOf, isSubscription, PendingCalls } from './pending-calls.ts'
import type { Call } from './pending-calls.ts'
import type { Failure } from './refusal.ts'
import type { Timings } from './timings.ts'
import { WaitingLines } from './waiting-lines.ts'
import type { WaitingLine } from './waiting-lines.ts'

const LOST =
  'The connection to TMWS was lost before it answered. It is not known whether the call was carried out: check before you repeat it.'
const LOST_AGAIN = 'The connection to TMWS was lost twice before it answered. The call is safe to repeat: try again.'
const TOO_MUCH = 'Too many messages wait for TMWS already; try again when some of them are answered.'
const TOO_LARGE = 'The message is larger than TMWS accepts; send less at once, or raise TMWS_WS_MAX_MESSAGE_SIZE.'
/** The server takes 256 at once and refuses more by itself; this only bounds what we keep. */
const MAX_PENDING_CALLS = 2_000

type Request = Extract<Message, { kind: 'request' }>
type Notification = Extract<Message, { kind: 'notification' }>

/** Sees to it that every request of the host gets exactly one answer, whatever becomes of the server. */
export class CallRouter {
  readonly #lane: Lane
  readonly #reply: (answer: Buffer) => void
  readonly #timings: Timings
  readonly #log: Log
  readonly #safety = new CallSafety()
  readonly #handshake = new Handshake()
  readonly #pending = new PendingCalls()
  readonly #waiting = new WaitingLines()
  /** True between the (repeated) handshake and the loss of a connection. */
  #isReady = false
  #deadline: NodeJS.Timeout | undefined
  #replayDeadline: NodeJS.Timeout | undefined
  #onSettled: (() => void) | undefined

  constructor(lane: Lane, reply: (answer: Buffer) => void, timings: Timings, log: Log) {
    this.#lane = lane
    this.#reply = reply
    this.#timings = timings
    this.#log = log
  }

  /** Requests that could not be sent yet. */
  get waitingCount(): number {
    return this.#waiting.callCount
  }

  fromHost(message: Exclude<Message, { kind: 'broken' }>, line: Buffer): void {
    if (message.kind === 'request') this.#request(message, line)
    else if (message.kind === 'notification') this.#notification(message, line)
    // An answer to a question of a connection that is gone would be nobody's: it is not kept.
    else if (this.#isReady) this.#lane.send(line)
  }

  /** True if the frame is for the host. */
  fromServer(message: Exclude<Message, { kind: 'broken' }>): boolean {
    if (message.kind !== 'answer') return true
    if (this.#handshake.takesAnswer(message.id)) {
      if (message.isError) this.#log.warn({}, 'the server refused the repeated handshake; going on without it')
      if (!this.#isReady) this.#ready(true)
      return false
    }
    // An answer without an id belongs to no call, but it is all the host will hear of what it sent.
    if (message.id === null) return true
    const call = this.#pending.settle(message.id)
    if (!call) {
      this.#log.debug({}, 'an answer came for a call that is over')
      return false
    }
    if (call.method === 'initialize') this.#handshake.noteAnswer(call.id, message.isError)
    if (call.method === 'tools/list' && !message.isError) this.#safety.learnTools(message.result, call.isFirstPage)
    this.#checkSettled()
    return true
  }

  opened(): void {
    const replay = this.#handshake.replay()
    if (!replay) {
      this.#ready(false)
      return
    }
    this.#lane.send(replay)
    this.#replayDeadline = setTimeout(() => this.#lane.drop(), this.#timings.replayWithinMs)
  }

  lost(closeCode: number): void {
    this.#isReady = false
    clearTimeout(this.#replayDeadline)
    const answerBy = performance.now() + this.#timings.lostAnswerWithinMs
    const calls = this.#pending.takeAll()
    const tooLarge = closeCode === CLOSE_CODES.tooLarge ? largestOf(calls) : undefined
    const again: WaitingLine[] = []
    for (const call of calls) {
      if (call === tooLarge) this.#answerTooLarge(call)
      else if (!call.line) this.#answerUnavailable(call, LOST)
      else if (call.isRepeat && !isSubscription(call)) this.#answerUnavailable(call, LOST_AGAIN)
      else again.push({ line: call.line, call: { ...call, isRepeat: true }, answerBy })
    }
    this.#waiting.addFirst(again)
    if (this.#waiting.callCount > 0) this.#lane.wake()
    this.#watchDeadlines()
    this.#checkSettled()
  }

  failed(failure: Failure): void {
    if (!failure.isFinal) return
    for (const { call } of this.#waiting.takeAll()) if (call) this.#answerFailure(call, failure)
    this.#checkSettled()
  }

  /** Settles when nobody waits for an answer, or after `withinMs`. */
  settled(withinMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, withinMs)
      this.#onSettled = () => {
        clearTimeout(timer)
        resolve()
      }
      this.#checkSettled()
    })
  }

  /** Answers what is still open and forgets everything. A host that closed our input may still read our output. */
  stop(): void {
    this.#isReady = false
    clearTimeout(this.#deadline)
    clearTimeout(this.#replayDeadline)
    for (const { call } of this.#waiting.takeAll()) if (call) this.#answerOverdue(call)
    for (const call of this.#pending.takeAll()) if (!isSubscription(call)) this.#answerUnavailable(call, LOST)
  }

  #request(request: Request, line: Buffer): void {
    if (this.#pending.has(request.id) || this.#waiting.has(request.id)) {
      this.#reply(errorAnswer(request.id, JSON_RPC.invalidRequest, 'Invalid request: this id belongs to a call that is not answered yet.'))
      return
    }
    const call = callOf(request, line, this.#safety.mayRepeat(request.method, request.params))
    if (request.method === 'initialize') this.#handshake.noteInitialize(request.id, line)
    if (this.#isReady) {
      if (this.#pending.size >= MAX_PENDING_CALLS) this.#answerUnavailable(call, TOO_MUCH)
      else this.#send(line, call)
      return
    }
    if (this.#waiting.add({ line, call, answerBy: this.#answerBy() })) this.#wait()
    else this.#answerUnavailable(call, TOO_MUCH)
  }

  #notification({ method, params }: Notification, line: Buffer): void {
    if (method === 'notifications/initialized') this.#handshake.noteInitialized(line)
    if (method === 'notifications/cancelled' && isRecord(params)) {
      const id = params.requestId
      if (typeof id === 'string' || typeof id === 'number') {
        this.#pending.settle(id)
        const wasWaiting = this.#waiting.cancel(id)
        this.#checkSettled()
        // The server never heard of it, or lost it with the connection.
        if (wasWaiting) return
      }
    }
    if (this.#isReady) {
      this.#lane.send(line)
      return
    }
    // The replay says it for the host.
    if (method === 'notifications/initialized' && this.#handshake.isEstablished) return
    if (this.#waiting.add({ line, answerBy: this.#answerBy() })) this.#wait()
  }

  #ready(isReplayed: boolean): void {
    clearTimeout(this.#replayDeadline)
    this.#isReady = true
    const initialized = isReplayed ? this.#handshake.initializedLine : undefined
    if (initialized) this.#lane.send(initialized)
    for (let next = this.#waiting.next(); next; next = this.#waiting.next()) this.#send(next.line, next.call)
    this.#watchDeadlines()
  }

  #send(line: Buffer, call: Call | undefined): void {
    if (call) this.#pending.add(call)
    this.#lane.send(line)
  }

  #wait(): void {
    this.#lane.wake()
    this.#watchDeadlines()
  }

  #answerBy(): number {
    const now = performance.now()
    const { answerWithinMs, answerWithinWhenDownMs } = this.#timings
    const isLongDown = now - (this.#lane.downSince ?? now) >= answerWithinMs
    return now + (isLongDown ? answerWithinWhenDownMs : answerWithinMs)
  }

  #watchDeadlines(): void {
    clearTimeout(this.#deadline)
    const first = this.#waiting.firstDeadline
    if (first === undefined) return
    this.#deadline = setTimeout(
      () => {
        for (const { call } of this.#waiting.takeOverdue(performance.now())) if (call) this.#answerOverdue(call)
        this.#watchDeadlines()
        this.#checkSettled()
      },
      Math.max(1, first - performance.now()),
    )
  }

  #answerOverdue(call: Call): void {
    if (this.#lane.obstacle) this.#answerFailure(call, this.#lane.obstacle)
    else this.#answerUnavailable(call, 'TMWS did not answer in time; try again.')
  }

  #answerFailure(call: Call, failure: Failure): void {
    this.#answer(call, errorAnswer(call.id, failure.jsonRpcCode, failure.sentence, failure.body))
  }

  #answerUnavailable(call: Call, sentence: string): void {
    this.#answer(call, unavailableAnswer(call.id, sentence))
  }

  #answerTooLarge(call: Call): void {
    this.#answer(call, errorAnswer(call.id, ERROR_TABLE.too_large.jsonRpcCode, TOO_LARGE, { code: 'too_large', message: TOO_LARGE }))
  }

  #answer(call: Call, answer: Buffer): void {
    if (call.method === 'initialize') this.#handshake.noteAnswer(call.id, true)
    this.#reply(answer)
  }

  #checkSettled(): void {
    if (this.#pending.awaitedCount + this.#waiting.callCount === 0) this.#onSettled?.()
  }
}

/** The server closes on the message that was too large without naming it; the largest is the likeliest. */
function largestOf(calls: readonly Call[]): Call | undefined {
  return calls.reduce<Call | undefined>((largest, call) => (largest && largest.bytes >= call.bytes ? largest : call), undefined)
}
