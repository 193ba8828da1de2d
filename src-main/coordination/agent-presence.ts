import { toIso } from '../base/clock.ts'
import type { Clock } from '../base/clock.ts'
import type { EventBus } from '../base/event-bus.ts'
import type { Log } from '../base/log.ts'
import { ANONYMOUS_AGENT_ID, OWNER_AGENT_ID } from '../contract/protocol.ts'
import type { AgentStore } from '../storage/agent-store.ts'

/** An agent that is busy is noted once in so many milliseconds. */
const NOTE_EVERY_MS = 30_000
/** Agents remembered for that; beyond it the oldest note is forgotten, and that agent is noted once more. */
const MAX_NOTED = 10_000

/** Notes on the store which agents are there, from what the bus tells. Nobody waits for it. */
export class AgentPresence {
  readonly #store: AgentStore
  readonly #clock: Clock
  readonly #log: Log
  readonly #notedAtMs = new Map<string, number>()
  readonly #unsubscribe: () => void
  #writing: Promise<unknown> = Promise.resolve()

  constructor(parts: { readonly store: AgentStore; readonly bus: EventBus; readonly clock: Clock; readonly log: Log }) {
    this.#store = parts.store
    this.#clock = parts.clock
    this.#log = parts.log
    this.#unsubscribe = parts.bus.subscribe(({ event }) => {
      if (event.type === 'session-opened') this.#note(event.session.agent_id, event.session.namespace)
      else if (event.type === 'call-answered') this.#note(event.agent_id, event.namespace)
    })
  }

  /** Ends when the last note is written. */
  async close(): Promise<void> {
    this.#unsubscribe()
    await this.#writing
  }

  #note(agentId: string, namespace: string): void {
    const nowMs = this.#clock.now()
    // Neither the person nor a caller without a name is an agent that others could meet.
    if (agentId === OWNER_AGENT_ID || agentId === ANONYMOUS_AGENT_ID) return
    if (nowMs - (this.#notedAtMs.get(agentId) ?? 0) < NOTE_EVERY_MS) return
    this.#notedAtMs.delete(agentId)
    this.#notedAtMs.set(agentId, nowMs)
    const oldest = this.#notedAtMs.keys().next().value
    if (this.#notedAtMs.size > MAX_NOTED && oldest !== undefined) this.#notedAtMs.delete(oldest)
    const note = this.#store.see(agentId, namespace, toIso(nowMs)).catch((error: unknown) => {
      this.#log.warn({ err: error, agent: agentId }, 'that an agent was here could not be noted')
    })
    this.#writing = Promise.all([this.#writing, note])
  }
}
