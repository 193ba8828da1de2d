import { EVENTS_PATH } from '../../src-main/contract/protocol.ts'
import type { ServerEvent } from './types.ts'

/** The part of a browser's WebSocket that the feed uses. */
export interface FeedSocket {
  onmessage: ((event: MessageEvent) => void) | null
  onclose: ((event: CloseEvent) => void) | null
  close(): void
}

export interface EventFeedOptions {
  readonly connect: () => FeedSocket
  readonly onEvent: (event: ServerEvent) => void
  /** The connection is gone; the next attempt follows in `retryInMs`. */
  readonly onLost: (retryInMs: number) => void
}

export interface EventFeed {
  /** Tries at once instead of waiting for the next attempt. */
  retryNow(): void
  close(): void
}

const FIRST_RETRY_MS = 500
const LONGEST_RETRY_MS = 15_000

/** Listens to the server's events and reconnects for ever, ever more patiently. `hello` opens each connection. */
export function openEventFeed({ connect, onEvent, onLost }: EventFeedOptions): EventFeed {
  let socket: FeedSocket | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let attempts = 0
  let isClosed = false

  const open = () => {
    timer = undefined
    const current = connect()
    socket = current
    current.onmessage = ({ data }) => {
      const event = parseEvent(data)
      if (!event) return
      if (event.type === 'hello') attempts = 0
      onEvent(event)
    }
    current.onclose = () => {
      if (isClosed || socket !== current) return
      socket = undefined
      // Half of the wait is chance, so that many windows do not return in one instant.
      const waitMs = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** attempts) * (0.5 + Math.random() / 2)
      attempts += 1
      timer = setTimeout(open, waitMs)
      onLost(waitMs)
    }
  }

  open()
  return {
    retryNow: () => {
      if (isClosed || timer === undefined) return
      clearTimeout(timer)
      open()
    },
    close: () => {
      isClosed = true
      clearTimeout(timer)
      socket?.close()
    },
  }
}

/** Address of the feed on the origin that served this page. */
export function eventFeedUrl(location: { readonly protocol: string; readonly host: string }): string {
  return `${location.protocol === 'https:' ? 'wss:' : 'ws:'}//${location.host}${EVENTS_PATH}`
}

/** A frame that is no event is left out: a newer server may say more than this page knows. */
function parseEvent(data: unknown): ServerEvent | undefined {
  if (typeof data !== 'string') return undefined
  try {
    const value: unknown = JSON.parse(data)
    return typeof value === 'object' && value !== null && 'type' in value ? (value as ServerEvent) : undefined
  } catch {
    return undefined
  }
}
