/** Every wait of the bridge in one place, so that tests can shorten them. All in milliseconds. */
export interface Timings {
  /** The bridge answers `initialize` itself when nothing else has by then. */
  readonly openEarlyAfterMs: number
  /** A request that finds no server is answered with an error after this. Below the shortest limit a host has for `initialize` (10 s). */
  readonly answerWithinMs: number
  /** The same when the server has been away for longer than `answerWithinMs`: the caller need not wait for what is known. */
  readonly answerWithinWhenDownMs: number
  /** A call that may be repeated waits this long for the server to come back. */
  readonly lostAnswerWithinMs: number
  /** First and longest pause between two attempts to connect while something waits. */
  readonly retryFirstMs: number
  readonly retryLongestMs: number
  /** Pause between attempts when nothing waits and the server has been away for a while. */
  readonly retryIdleMs: number
  /** Pause after a refusal that the server will repeat until somebody changes a token or a name. */
  readonly retryRefusedMs: number
  /** The same when a new request asks for another attempt. */
  readonly retryRefusedWokenMs: number
  /** How long hybrid mode waits for the server before it opens the embedded lane, and the same where nothing listens and none has announced itself. */
  readonly fallbackAfterMs: number
  readonly fallbackWhenAbsentMs: number
  /** The same while a server is known to be starting; below the shortest limit a host has for `initialize` (10 s). */
  readonly fallbackWhileStartingMs: number
  /** How long the move to the server waits for calls that run in the embedded lane. Below `answerWithinMs`: others wait meanwhile. */
  readonly moveWithinMs: number
  /** How often the discovery file is looked at while the server is away. */
  readonly discoveryPollMs: number
  readonly embeddedReadyWithinMs: number
  /** What the embedded process has for finishing; it takes 3.5 s at most by itself. */
  readonly embeddedFinishMs: number
  readonly connectWithinMs: number
  /** A connection that lasts this long makes the next outage start again at `retryFirstMs`. */
  readonly steadyAfterMs: number
  readonly replayWithinMs: number
  /** Our ping goes out after this much silence. The server pings every 20 s, so that this rarely happens. */
  readonly pingAfterMs: number
  readonly pongWithinMs: number
  /** The same while something was sent and nothing has come since, and after a sleep: together below what a lost call may wait. */
  readonly pingAwaitedAfterMs: number
  readonly pongAwaitedWithinMs: number
  readonly heartbeatTickMs: number
  /** What the end of input leaves for pending answers. */
  readonly drainMs: number
  readonly closeWithinMs: number
  readonly parentPollMs: number
}

export const DEFAULT_TIMINGS: Timings = {
  openEarlyAfterMs: 750,
  answerWithinMs: 8_000,
  answerWithinWhenDownMs: 2_000,
  lostAnswerWithinMs: 8_000,
  retryFirstMs: 250,
  retryLongestMs: 2_000,
  retryIdleMs: 5_000,
  retryRefusedMs: 15_000,
  retryRefusedWokenMs: 1_000,
  fallbackAfterMs: 1_000,
  fallbackWhenAbsentMs: 300,
  fallbackWhileStartingMs: 5_000,
  moveWithinMs: 3_000,
  discoveryPollMs: 250,
  embeddedReadyWithinMs: 10_000,
  embeddedFinishMs: 4_000,
  connectWithinMs: 4_000,
  steadyAfterMs: 5_000,
  replayWithinMs: 6_000,
  pingAfterMs: 25_000,
  pongWithinMs: 10_000,
  pingAwaitedAfterMs: 2_000,
  pongAwaitedWithinMs: 5_000,
  heartbeatTickMs: 1_000,
  drainMs: 500,
  closeWithinMs: 250,
  parentPollMs: 2_000,
}
