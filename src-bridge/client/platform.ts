import type { Failure } from '../refusal.ts'
import type { Timings } from '../timings.ts'
import type { TmwsClientOptions } from './client-options.ts'

/** What a server tells of a connection before its first frame. Browsers do not show it. */
export interface Opening {
  readonly sessionId?: string | undefined
  readonly resumeToken?: string | undefined
}

/** What becomes of one socket: `opened`, then any texts, then `closed`; or `failed` alone. Never called before `openSocket` returned. */
export interface ClientSocketHandlers {
  opened(opening: Opening): void
  text(text: string): void
  closed(code: number, reason: string): void
  failed(failure: Failure): void
}

export interface ClientSocket {
  /** Does nothing when the socket is not open. */
  send(text: string): void
  /** Ends it at once; `closed` or `failed` follows. */
  drop(): void
  /** Says goodbye; no handler is called any more. */
  close(): Promise<void>
}

/** PORT. What differs between Node and a browser. */
export interface Platform {
  /** True if a socket can carry headers: identity, token and resuming need them. */
  readonly sendsHeaders: boolean
  /** Where to connect. Asked before each attempt: a server that restarted may listen elsewhere. */
  wsUrl(options: TmwsClientOptions): string
  /** Where REST is when the caller did not say; undefined if that cannot be known. */
  apiUrl(): string | undefined
  openSocket(url: string, headers: Readonly<Record<string, string>>, handlers: ClientSocketHandlers, timings: Timings): ClientSocket
}
