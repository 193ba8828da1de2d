import type { Clock } from '../base/clock.ts'
import type { Stopwatch } from '../base/awake-time.ts'
import { toIso } from '../base/clock.ts'
import type { SessionInfo } from '../contract/session.ts'
import { LatencyWindow } from './latency-window.ts'

/** Latencies kept of each session. */
const LATENCIES_KEPT = 128

/** What one session did: goes on when the session is resumed. Wall time is for show; ages are counted by `awake`. */
export class SessionStatistics {
  readonly startedAtMs: number
  readonly #clock: Clock
  readonly #awake: Stopwatch
  /** Made with the first call: most of a crowd of connections wait and ask nothing. */
  #latency: LatencyWindow | undefined
  /** What it had lived before this process knew it, and since when this process does. */
  readonly #earlierMs: number
  readonly #knownSinceMs: number
  #lastSeenAtMs: number
  #lastSeenAwakeMs: number
  #requests = 0
  #errors = 0
  #bytesIn = 0
  #bytesOut = 0

  constructor(clock: Clock, awake: Stopwatch, startedAtMs?: number) {
    this.#clock = clock
    this.#awake = awake
    this.#lastSeenAtMs = clock.now()
    this.#lastSeenAwakeMs = this.#knownSinceMs = awake.now()
    this.startedAtMs = startedAtMs ?? this.#lastSeenAtMs
    this.#earlierMs = Math.max(0, this.#lastSeenAtMs - this.startedAtMs)
  }

  /** How long ago the last request came, in milliseconds. */
  get idleMs(): number {
    return this.#awake.now() - this.#lastSeenAwakeMs
  }

  get durationMs(): number {
    return this.#earlierMs + this.#awake.now() - this.#knownSinceMs
  }

  /** The client is there. Returns the wall time of that. */
  seen(): number {
    this.#lastSeenAtMs = this.#clock.now()
    this.#lastSeenAwakeMs = this.#awake.now()
    return this.#lastSeenAtMs
  }

  countBytes(inbound: number, outbound: number): void {
    this.#bytesIn += inbound
    this.#bytesOut += outbound
  }

  countCall(ok: boolean, durationMs: number): void {
    this.#requests += 1
    if (!ok) this.#errors += 1
    this.#latency ??= new LatencyWindow(LATENCIES_KEPT)
    this.#latency.add(durationMs)
  }

  info(): Omit<SessionInfo, 'session_id' | 'agent_id' | 'namespace' | 'transport' | 'client' | 'subscriptions' | 'pending_requests'> {
    return {
      started_at: toIso(this.startedAtMs),
      last_seen_at: toIso(Math.max(this.startedAtMs, this.#lastSeenAtMs)),
      duration_seconds: Math.round(this.durationMs) / 1000,
      requests: this.#requests,
      errors: this.#errors,
      bytes_in: this.#bytesIn,
      bytes_out: this.#bytesOut,
      latency_ms: this.#latency?.percentiles() ?? { p50: 0, p95: 0 },
    }
  }
}
