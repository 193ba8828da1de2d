import type { Failure } from './refusal.ts'

/**
 * One way to get requests answered. The running server over WebSocket is the only one in this version; the bridge knows no
 * more of it than this, so that another (the embedded store) can stand in while the server is away.
 */
export interface Lane {
  /** Starts, and keeps trying until it is stopped. */
  start(handlers: LaneHandlers): void
  /** A request waits: try now rather than later. */
  wake(): void
  /** Sends one message. Only between `opened` and `lost`. */
  send(line: Buffer): void
  /** Ends the present connection, as after a loss; a new one follows. */
  drop(): void
  stop(): Promise<void>
  pauseReading(): void
  resumeReading(): void
  /** Keeps the secret that lets the next connection continue this session. */
  keepResumeToken(token: string): void
  /** True while more is unsent than should wait in memory. */
  readonly isBackedUp: boolean
  /** Since when nothing is open, by `performance.now()`; undefined while something is. */
  readonly downSince: number | undefined
  /** Why the last attempt failed. */
  readonly obstacle: Failure | undefined
}

export interface LaneHandlers {
  opened(): void
  message(frame: Buffer): void
  lost(closeCode: number): void
  /** One attempt failed; more follow. */
  failed(failure: Failure): void
  drained(): void
  /** True while requests wait for this lane. */
  isNeeded(): boolean
}
