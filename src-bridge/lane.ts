import type { Failure } from './refusal.ts'

/**
 * One way to get requests answered: the running server over WebSocket, or the store itself in a process of ours while there is no
 * server. The bridge knows no more of them than this.
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
  /** Since when nothing is open, by `performance.now()`; undefined while something is, or is about to be. */
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
  /** A better lane is open: sends no more, and settles when the calls that run are answered or `withinMs` are over. `lost` and `opened` follow. */
  leaving(withinMs: number): Promise<void>
  /** The better lane is gone before that: everything stays as it was. */
  staying(): void
}
