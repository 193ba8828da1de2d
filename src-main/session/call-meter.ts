import type { Clock } from '../base/clock.ts'
import { toIso } from '../base/clock.ts'
import type { EventBus } from '../base/event-bus.ts'
import type { CallEvent } from '../contract/events.ts'
import { LatencyWindow } from './latency-window.ts'

const TICK_MS = 1_000
const WINDOW_CALLS = 2_048

/** Counts every call from the bus, and says once a second what the last second was like, while anybody listens. */
export class CallMeter {
  readonly #bus: EventBus
  readonly #clock: Clock
  readonly #sessionCount: () => number
  readonly #memoryTools: ReadonlySet<string>
  readonly #unsubscribe: () => void
  readonly #timer: NodeJS.Timeout
  readonly #latency = new LatencyWindow(WINDOW_CALLS)
  #callsByAgent = new Map<string, number>()
  #calls = 0
  #errors = 0
  #memoryOperations = 0
  #quietSeconds = 0

  constructor(parts: {
    readonly bus: EventBus
    readonly clock: Clock
    readonly sessionCount: () => number
    readonly memoryTools: ReadonlySet<string>
  }) {
    this.#bus = parts.bus
    this.#clock = parts.clock
    this.#sessionCount = parts.sessionCount
    this.#memoryTools = parts.memoryTools
    this.#unsubscribe = parts.bus.subscribe(({ event }) => {
      if (event.type === 'call-answered') this.#count(event)
    })
    this.#timer = setInterval(() => this.#tick(), TICK_MS).unref()
  }

  /** Tool calls of the memory family since the start. */
  get memoryOperations(): number {
    return this.#memoryOperations
  }

  close(): void {
    clearInterval(this.#timer)
    this.#unsubscribe()
  }

  #count(event: CallEvent): void {
    this.#calls += 1
    if (!event.ok) this.#errors += 1
    if (this.#memoryTools.has(event.tool)) this.#memoryOperations += 1
    this.#latency.add(event.duration_ms)
    this.#callsByAgent.set(event.agent_id, (this.#callsByAgent.get(event.agent_id) ?? 0) + 1)
  }

  #tick(): void {
    // Latencies speak of the last minute of activity; after a quiet one they say nothing any more.
    this.#quietSeconds = this.#calls === 0 ? this.#quietSeconds + 1 : 0
    if (this.#quietSeconds > 60) this.#latency.clear()
    // One listener is this meter itself.
    if (this.#bus.listenerCount > 1) {
      this.#bus.publish({
        event: {
          type: 'rates',
          at: toIso(this.#clock.now()),
          calls_by_agent: Object.fromEntries(this.#callsByAgent),
          calls: this.#calls,
          errors: this.#errors,
          sessions: this.#sessionCount(),
          ...(!this.#latency.isEmpty && { latency_ms: this.#latency.percentiles() }),
        },
      })
    }
    this.#callsByAgent.clear()
    this.#calls = 0
    this.#errors = 0
  }
}
