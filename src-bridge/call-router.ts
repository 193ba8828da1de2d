import type { Log } from '../src-main/base/log.ts'
import { ERROR_TABLE } from '../src-main/contract/errors.ts'
import { CLOSE_CODES, JSON_RPC, PLAIN_RPC_METHODS } from '../src-main/contract/protocol.ts'
import { CallSafety } from './call-safety.ts'
import { EarlyOpening } from './early-opening.ts'
import { Handshake } from './handshake.ts'
import { errorAnswer, isRecord, notification, unavailableAnswer } from './json-rpc.ts'
import type { Message, RequestId } from './json-rpc.ts'
import type { Lane } from './lane.ts'
import { callOf, isSubscription, PendingCalls } from './pending-calls.ts'
import type { Call } from './pending-calls.ts'
import type { Failure } from './refusal.ts'
import { Replay } from './replay.ts'
import { isToolSuccess, StandingCalls, SWITCH_TOOL } from './standing-calls.ts'
import type { Timings } from './timings.ts'
import { WaitingLines } from './waiting-lines.ts'
import type { WaitingLine } from './waiting-lines.ts'

const LOST =
  'The connection to TMWS was lost before it answered. It is not known whether the call was carried out: check before you repeat it.'
const LOST_AGAIN = 'The connection to TMWS was lost twice before it answered. The call is safe to repeat: try again.'
const NOT_AGAIN =
  'The connection to TMWS was made anew, and the agent you had switched to could not be become again there. Call switch_agent again; until then nothing is done under another name.'
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
  readonly #standing = new StandingCalls()
  readonly #replay: Replay
  readonly #opening: EarlyOpening
  /** True after the bridge has opened the session for the host, until a connection has heard of it. */
  #owesOpening = false
  /** True between the (repeated) handshake and the loss of a connection. */
  #isReady = false
  /** True while the calls that run are still answered, and new ones wait for the next connection. */
  #isLeaving = false
  /** True while the present connection is another agent than the host believes. */
  #isOtherAgent = false
  #deadline: NodeJS.Timeout | undefined
  #replayDeadline: NodeJS.Timeout | undefined
  readonly #watchers = new Set<() => void>()

  constructor(lane: Lane, reply: (answer: Buffer) => void, timings: Timings, log: Log) {
    this.#lane = lane
    this.#reply = reply
    this.#timings = timings
    this.#log = log
    this.#opening = new EarlyOpening(timings.openEarlyAfterMs, (id) => this.#claimOpening(id), reply)
    this.#replay = new Replay(this.#handshake, this.#standing, {
      send: (line) => this.#lane.send(line),
      done: () => this.#ready(),
      switchFailed: () => {
        this.#isOtherAgent = true
        log.warn({}, 'the agent that the host had switched to could not be become again')
      },
      resubscribed: (uri) => reply(notification('notifications/resources/updated', { uri })),
      turnedAway: () => this.#lane.drop(),
      handshakeRefused: () => log.warn({}, 'the server refused the repeated handshake; going on without it'),
    })
  }

  /** True while something waits for a connection. */
  get isWaiting(): boolean {
    return this.#waiting.callCount > 0 || this.#owesOpening
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
    if (this.#replay.take(message)) return false
    // An answer without an id belongs to no call, but it is all the host will hear of what it sent.
    if (message.id === null) return true
    const call = this.#pending.settle(message.id)
    if (!call) {
      this.#log.debug({}, 'an answer came for a call that is over')
      return false
    }
    if (call.method === 'initialize') this.#handshake.noteAnswer(call.id, message.isError)
    if (call.standing) {
      this.#standing.noteAnswer(call.standing, message)
      if (call.standing.kind === 'switch' && isToolSuccess(message)) this.#isOtherAgent = false
    }
    if (call.method === 'tools/list' && !message.isError) this.#safety.learnTools(message.result, call.isFirstPage)
    this.#checkSettled()
    return true
  }

  opened(): void {
    this.#isOtherAgent = false
    this.#replayDeadline = setTimeout(() => this.#lane.drop(), this.#timings.replayWithinMs)
    this.#replay.begin()
  }

  /** From now on requests wait; settles when those that were sent are answered, or after `withinMs`. */
  leaving(withinMs: number): Promise<void> {
    this.#isReady = false
    this.#isLeaving = true
    return this.#until(() => this.#pending.awaitedCount === 0, withinMs)
  }

  /** The connection stays after all. */
  staying(): void {
    if (!this.#isLeaving) return
    this.#isLeaving = false
    // A connection that has not heard the opening again yet becomes ready when that is done.
    if (!this.#replay.isRunning) this.#ready()
  }

  lost(closeCode: number): void {
    this.#isReady = false
    this.#isLeaving = false
    this.#replay.stop()
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
    return this.#until(() => this.#pending.awaitedCount + this.#waiting.callCount === 0, withinMs)
  }

  /** Answers what is still open and forgets everything. A host that closed our input may still read our output. */
  stop(): void {
    this.#isReady = false
    this.#opening.stop()
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
    if (this.#isOtherAgent && isUnderAName(request)) {
      this.#reply(unavailableAnswer(request.id, NOT_AGAIN))
      return
    }
    const call = callOf(request, line, this.#safety.mayRepeat(request.method, request.params))
    if (request.method === 'initialize') {
      this.#handshake.noteInitialize(request.id, line)
      this.#opening.asked(request.id, request.params)
    }
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
        const wasSent = this.#pending.settle(id) !== undefined
        const wasWaiting = this.#waiting.cancel(id)
        this.#checkSettled()
        if (wasSent && this.#isLeaving) this.#lane.send(line)
        // The server never heard of it, or lost it with the connection.
        if (wasWaiting || (wasSent && this.#isLeaving)) return
      }
    }
    if (this.#isReady) {
      this.#lane.send(line)
      return
    }
    // The replay says it for the host.
    if (method === 'notifications/initialized' && this.#handshake.establishedLine) return
    if (this.#waiting.add({ line, answerBy: this.#answerBy() })) this.#wait()
  }

  /** Whoever waits for the opening now hears it from us; the server hears of it with the repeated handshake, if it has not yet. */
  #claimOpening(id: RequestId): boolean {
    const wasWaiting = this.#waiting.cancel(id)
    if (!wasWaiting && !this.#pending.settle(id)) return false
    this.#handshake.noteAnswer(id, false)
    this.#owesOpening = wasWaiting
    this.#log.info({}, 'opened the session for the host; the server is not there yet')
    this.#checkSettled()
    return true
  }

  #ready(): void {
    this.#owesOpening = false
    clearTimeout(this.#replayDeadline)
    if (this.#isLeaving) return
    this.#isReady = true
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

  #until(isReached: () => boolean, withinMs: number): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer)
        this.#watchers.delete(check)
        resolve()
      }
      const check = (): void => {
        if (isReached()) end()
      }
      const timer = setTimeout(end, withinMs)
      this.#watchers.add(check)
      check()
    })
  }

  #checkSettled(): void {
    for (const check of [...this.#watchers]) check()
  }
}

/** Whether it is done in the name of the agent; switching is how that is put right. */
function isUnderAName({ method, params }: Request): boolean {
  if (method === 'tools/call') return !isRecord(params) || params.name !== SWITCH_TOOL
  return method === 'resources/read' || method === 'resources/subscribe' || Object.hasOwn(PLAIN_RPC_METHODS, method)
}

/** The server closes on the message that was too large without naming it; the largest is the likeliest. */
function largestOf(calls: readonly Call[]): Call | undefined {
  return calls.reduce<Call | undefined>((largest, call) => (largest && largest.bytes >= call.bytes ? largest : call), undefined)
}
