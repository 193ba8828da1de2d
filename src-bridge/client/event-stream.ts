import { EVENTS_PATH } from '../../src-main/contract/protocol.ts'
import type { ServerEvent } from '../../src-main/contract/events.ts'
import type { Failure } from '../refusal.ts'
import type { Timings } from '../timings.ts'
import { KeptSocket } from './kept-socket.ts'
import type { ClientSocket, ClientSocketHandlers } from './platform.ts'
import { isRecord } from './rpc-message.ts'
import { errorOfBody } from './tmws-error.ts'

/** What a reader may leave unread. With more, it loses what it has not read, and goes on from a new `hello`. */
const MAX_UNREAD = 1_000

/** Where the event feed of a REST address is. */
export function feedUrl(apiUrl: string): string {
  return `${apiUrl.replace(/^http/, 'ws').replace(/\/+$/, '')}${EVENTS_PATH}`
}

/**
 * The event feed, over as many connections as it takes. After each `hello` events may have been missed: reload what you show. Ends
 * quietly when `signal` fires; throws TmwsError when the server refuses the listener for good.
 */
export async function* readEvents(
  open: (handlers: ClientSocketHandlers) => ClientSocket,
  signal: AbortSignal,
  timings: Timings,
): AsyncGenerator<ServerEvent, void, undefined> {
  const unread = new UnreadEvents(open, timings)
  const onAbort = (): void => unread.end()
  signal.addEventListener('abort', onAbort)
  try {
    while (!signal.aborted) {
      const event = await unread.next()
      if (event) yield event
    }
  } finally {
    signal.removeEventListener('abort', onAbort)
    await unread.close()
  }
}

class UnreadEvents {
  readonly #kept: KeptSocket
  #events: ServerEvent[] = []
  #refusal: Failure | undefined
  #hasEnded = false
  #isBehind = false
  #wakeReader: (() => void) | undefined

  constructor(open: (handlers: ClientSocketHandlers) => ClientSocket, timings: Timings) {
    this.#kept = new KeptSocket(
      open,
      {
        opened: () => undefined, // the server says hello
        text: (text) => this.#take(text),
        lost: () => undefined, // the next hello tells the reader
        failed: (failure) => this.#failed(failure),
        isNeeded: () => true,
      },
      timings,
    )
    this.#kept.wake()
  }

  /** The next event; undefined when there will be none. */
  async next(): Promise<ServerEvent | undefined> {
    for (;;) {
      const event = this.#events.shift()
      if (event || this.#hasEnded) return event
      if (this.#refusal) throw errorOfBody(this.#refusal.body)
      await new Promise<void>((resolve) => (this.#wakeReader = resolve))
    }
  }

  end(): void {
    this.#hasEnded = true
    this.#wakeReader?.()
  }

  close(): Promise<void> {
    return this.#kept.close()
  }

  #take(text: string): void {
    const event = readEvent(text)
    if (!event) return
    if (event.type === 'hello') this.#isBehind = false
    if (this.#isBehind) return
    if (this.#events.length < MAX_UNREAD) this.#events.push(event)
    else {
      this.#events = []
      this.#isBehind = true
      this.#kept.drop()
    }
    this.#wakeReader?.()
  }

  #failed(failure: Failure): boolean {
    if (failure.isFinal) {
      this.#refusal = failure
      this.#wakeReader?.()
    }
    return false
  }
}

function readEvent(text: string): ServerEvent | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isRecord(value) && typeof value['type'] === 'string' ? (value as unknown as ServerEvent) : undefined // the contract of the feed
  } catch {
    return undefined
  }
}
