import { CLOSE_CODES, LIMITS } from '../../src-main/contract/protocol.ts'
import { readToolAnswer, rpcText } from './rpc-message.ts'
import type { Json } from './rpc-message.ts'
import { TmwsError, closedError, lostError, timeoutError } from './tmws-error.ts'

/** Below the server's own limit, since it may still be busy with calls that were cancelled here. */
const MAX_IN_FLIGHT = LIMITS.pendingCallsPerSession / 2
/** A call goes out at most so often: the first time, and once more after a lost connection. */
const MAX_SENDINGS = 2

export interface NewCall {
  readonly tool: string
  readonly args: Json
  readonly mayRepeat: boolean
  /** 0 for ever. */
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
}

interface Call extends NewCall {
  readonly id: number
  /** As it goes out: what the caller does to `args` afterwards changes nothing. */
  readonly text: string
  readonly resolve: (answer: Json) => void
  readonly reject: (error: unknown) => void
  /** Ends its timer and its signal listener. */
  readonly release: () => void
  sendings: number
}

/** What the calls need of the connection. */
export interface CallLane {
  /** True if a request would go out now. */
  isReady(): boolean
  send(text: string): void
  /** A call waits that was not sent. */
  wake(): void
  /** Why there is no connection, for calls that ran out of time waiting for one. */
  obstacle(): TmwsError | undefined
  /** A call that had been sent ran out of time. */
  unanswered(): void
}

/** Every call from its making to its end: each is settled once, whatever becomes of the connection. */
export class PendingToolCalls {
  readonly #lane: CallLane
  readonly #most: number
  #nextId = 1
  #waiting = new Map<number, Call>()
  readonly #inFlight = new Map<number, Call>()

  /** `most`: calls that may be in flight or waiting at once. */
  constructor(lane: CallLane, most: number) {
    this.#lane = lane
    this.#most = most
  }

  get size(): number {
    return this.#waiting.size + this.#inFlight.size
  }

  /** Rejects with TmwsError, or with the reason of the signal. */
  add(call: NewCall): Promise<Json> {
    if (call.signal?.aborted) return Promise.reject(call.signal.reason as Error) // whatever the caller gave, as `fetch` does
    if (this.size >= this.#most) {
      return Promise.reject(new TmwsError('unavailable', `${this.#most} calls are pending already; wait for some of them.`))
    }
    return new Promise((resolve, reject) => {
      const id = this.#nextId++
      // Throws, and so rejects, when the arguments are no JSON.
      const text = rpcText({ id, method: 'tools/call', params: { name: call.tool, arguments: call.args } })
      this.#waiting.set(id, { ...call, id, text, resolve, reject, release: this.#watch(id, call), sendings: 0 })
      this.sendWaiting()
      if (this.#waiting.has(id)) this.#lane.wake()
    })
  }

  /** Sends what waits, as far as the window allows. */
  sendWaiting(): void {
    for (const call of this.#waiting.values()) {
      if (!this.#lane.isReady() || this.#inFlight.size >= MAX_IN_FLIGHT) return
      this.#waiting.delete(call.id)
      call.sendings += 1
      this.#inFlight.set(call.id, call)
      this.#lane.send(call.text)
    }
  }

  answer(id: unknown, result: unknown, error: unknown): void {
    const call = typeof id === 'number' ? this.#take(id) : undefined
    if (!call) return
    const answer = readToolAnswer(result, error)
    if (answer instanceof TmwsError) call.reject(answer)
    else call.resolve(answer)
    this.sendWaiting()
  }

  /** The connection ended: what may be repeated waits for the next one, the rest is told what is known. */
  lost(closeCode: number): void {
    const calls = [...this.#inFlight.values()]
    const tooLarge = closeCode === CLOSE_CODES.tooLarge ? largestOf(calls) : undefined
    const again: Call[] = []
    for (const call of calls) {
      if (call !== tooLarge && call.mayRepeat && call.sendings < MAX_SENDINGS) {
        this.#inFlight.delete(call.id)
        again.push(call)
      } else {
        this.#take(call.id)?.reject(call === tooLarge ? tooLargeError(call.tool) : lostError(call.tool, call.mayRepeat))
      }
    }
    this.#waiting = new Map([...again.map((call) => [call.id, call] as const), ...this.#waiting])
    if (this.#waiting.size > 0) this.#lane.wake()
  }

  /** The server will not have us: nobody waits in vain. */
  refuseWaiting(error: TmwsError): void {
    for (const id of [...this.#waiting.keys()]) this.#take(id)?.reject(error)
  }

  close(): void {
    for (const id of [...this.#inFlight.keys(), ...this.#waiting.keys()]) {
      const call = this.#take(id)
      call?.reject(closedError(call.tool, call.sendings > 0))
    }
  }

  #watch(id: number, { tool, mayRepeat, timeoutMs, signal }: NewCall): () => void {
    const onAbort = (): void => this.#abandon(id, () => signal?.reason)
    const onTimeout = (): void => {
      const isWaiting = this.#waiting.has(id)
      this.#abandon(id, (wasSent) => {
        const obstacle = isWaiting && !wasSent ? this.#lane.obstacle() : undefined
        return obstacle ?? timeoutError(tool, timeoutMs, wasSent, mayRepeat)
      })
      if (!isWaiting) this.#lane.unanswered()
    }
    const timer = timeoutMs === 0 ? undefined : setTimeout(onTimeout, timeoutMs)
    signal?.addEventListener('abort', onAbort, { once: true })
    return () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
    }
  }

  /** Nobody waits for this call any more: tells the server if it has it. */
  #abandon(id: number, errorOf: (wasSent: boolean) => unknown): void {
    const isInFlight = this.#inFlight.has(id)
    const call = this.#take(id)
    if (!call) return
    const params = { requestId: id, reason: 'The caller no longer waits.' }
    if (isInFlight) this.#lane.send(rpcText({ method: 'notifications/cancelled', params }))
    call.reject(errorOf(call.sendings > 0))
    this.sendWaiting()
  }

  #take(id: number): Call | undefined {
    const call = this.#inFlight.get(id) ?? this.#waiting.get(id)
    this.#inFlight.delete(id)
    this.#waiting.delete(id)
    call?.release()
    return call
  }
}

/** The server closes on a message that is too large without naming it; the largest is the likeliest. */
function largestOf(calls: readonly Call[]): Call | undefined {
  return calls.toSorted((one, other) => other.text.length - one.text.length)[0]
}

function tooLargeError(tool: string): TmwsError {
  return new TmwsError('too_large', `The arguments of ${tool} are larger than the server takes (TMWS_WS_MAX_MESSAGE_SIZE).`, {
    details: { tool },
  })
}
