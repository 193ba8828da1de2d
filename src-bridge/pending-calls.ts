import { keyOf } from './json-rpc.ts'
import type { Message, RequestId } from './json-rpc.ts'
import { isRecord } from './json-rpc.ts'
import { standingCallOf } from './standing-calls.ts'
import type { StandingCall } from './standing-calls.ts'

/** One request of the host, from its arrival to its answer. */
export interface Call {
  readonly id: RequestId
  readonly method: string
  /** For `tools/list`: true unless it asks for a later page. */
  readonly isFirstPage: boolean
  readonly bytes: number
  /** Kept only if the call may be sent again. */
  readonly line: Buffer | undefined
  readonly isRepeat: boolean
  /** What it leaves behind on its connection, if it succeeds. */
  readonly standing: StandingCall | undefined
}

export function callOf(request: Extract<Message, { kind: 'request' }>, line: Buffer, mayRepeat: boolean): Call {
  return {
    id: request.id,
    method: request.method,
    isFirstPage: !isRecord(request.params) || request.params.cursor === undefined,
    bytes: line.length,
    line: mayRepeat ? line : undefined,
    isRepeat: false,
    standing: standingCallOf(request, line),
  }
}

/** A subscription is answered when it ends: nobody waits for it, and it may begin anew on every connection. */
export function isSubscription(call: Call): boolean {
  return call.method === 'subscriptions/listen'
}

/** Calls that were sent and have no answer yet. An id is here or among the waiting lines, never in both. */
export class PendingCalls {
  readonly #calls = new Map<string, Call>()

  add(call: Call): void {
    this.#calls.set(keyOf(call.id), call)
  }

  has(id: RequestId): boolean {
    return this.#calls.has(keyOf(id))
  }

  /** Takes the call out; undefined if it was answered or cancelled before. */
  settle(id: RequestId): Call | undefined {
    const key = keyOf(id)
    const call = this.#calls.get(key)
    this.#calls.delete(key)
    return call
  }

  /** Takes all out, in the order they were sent. */
  takeAll(): Call[] {
    const calls = [...this.#calls.values()]
    this.#calls.clear()
    return calls
  }

  get size(): number {
    return this.#calls.size
  }

  /** Calls whose answer somebody waits for. */
  get awaitedCount(): number {
    let count = 0
    for (const call of this.#calls.values()) if (!isSubscription(call)) count += 1
    return count
  }
}
