import { createStore, type StoreApi } from 'zustand/vanilla'
import { OWNER_AGENT_ID } from '../../src-main/contract/protocol.ts'
import type { OperationsApi } from '../api/operations-api.ts'
import type { ServerClient } from '../api/server-client.ts'
import { messageOf } from '../api/server-error.ts'
import type { Health, Memory, ServerEvent, SessionInfo } from '../api/types.ts'
import { previewOf } from '../format/memory-text.ts'
import { addActivity, addEarlier, type ActivityRow } from '../model/activity.ts'
import { isAgents, withEvents } from '../model/sessions.ts'
import { addRates, type RatePoint } from '../model/rate-window.ts'

export interface OverviewState {
  readonly status: 'loading' | 'ready' | 'failed'
  readonly error?: string
  readonly health?: Health
  /** Epoch ms. */
  readonly startedAt?: number
  readonly totalMemories?: number
  readonly sessions: readonly SessionInfo[]
  readonly rates: readonly RatePoint[]
  readonly activity: readonly ActivityRow[]
  /** Beginnings of the texts that the activity names, by memory id. */
  readonly previews: ReadonlyMap<string, string>
}

const MOST_PREVIEWS = 200
const EARLIER = 20
const HEALTH_EVERY_MS = 15_000
/** A burst of new memories costs one count, not one each. */
const COUNT_AFTER_MS = 1500
/** Without a call of any session; events come later than that only when something is broken. */
const QUIET_MS = 1500

/** Is it running, who is connected, what just happened. */
export class Overview {
  readonly store: StoreApi<OverviewState> = createStore<OverviewState>(() => ({
    status: 'loading',
    sessions: [],
    rates: [],
    activity: [],
    previews: new Map(),
  }))
  readonly #client: ServerClient
  readonly #operations: OperationsApi
  /** Sessions that events spoke of since the server was last asked for all. */
  #changed = new Set<string>()
  #counting: ReturnType<typeof setTimeout> | undefined
  #recounting: ReturnType<typeof setTimeout> | undefined
  /** When the server last answered, epoch ms. */
  #answeredAt = 0

  constructor(client: ServerClient, operations: OperationsApi) {
    this.#client = client
    this.#operations = operations
    setInterval(() => {
      if (!document.hidden && this.store.getState().status === 'ready') void this.#loadHealth().catch(() => undefined)
    }, HEALTH_EVERY_MS)
  }

  async load(): Promise<void> {
    try {
      const [, stats, takeSessions, newest] = await Promise.all([
        this.#loadHealth(),
        this.#client.stats(),
        this.#askSessions(),
        this.#client.listMemories({ limit: EARLIER }),
      ])
      this.takeMemories(newest.memories)
      const { activity } = this.store.getState()
      if (!activity.some((row) => row.isOld)) this.store.setState({ activity: addEarlier(activity, newest.memories) })
      this.store.setState({ status: 'ready', totalMemories: stats.total_memories })
      takeSessions()
    } catch (error) {
      const { status } = this.store.getState()
      this.store.setState({ status: status === 'ready' ? 'ready' : 'failed', error: messageOf(error) })
    }
  }

  apply(events: readonly ServerEvent[]): void {
    const state = this.store.getState()
    let { rates, sessions } = state
    for (const event of events) {
      if (event.type === 'rates') {
        rates = addRates(rates, event, OWNER_AGENT_ID)
      } else if (event.type === 'session-opened' || event.type === 'session-closed') {
        this.#changed.add(event.session.session_id)
        const others = sessions.filter((session) => session.session_id !== event.session.session_id)
        sessions = event.type === 'session-opened' && isAgents(event.session) ? [event.session, ...others] : others
      } else if (event.type === 'call-answered') {
        this.#changed.add(event.session_id)
        sessions = countCall(sessions, event.session_id, event.ok, event.at)
      } else if (event.type === 'health-changed') {
        void this.#loadHealth().catch(() => undefined)
      }
    }
    const activity = addActivity(state.activity, events, OWNER_AGENT_ID)
    this.store.setState({ rates, sessions, activity })
    // A call may be in the answer and in an event that was still on its way: when all have come, the server is asked once more.
    const isCounted = events.some(
      (event) => event.type === 'call-answered' && state.sessions.some(({ session_id: id }) => id === event.session_id),
    )
    if (isCounted && (this.#recounting !== undefined || Date.now() - this.#answeredAt < QUIET_MS)) this.#recountWhenQuiet()
    if (events.some((event) => 'memory_id' in event)) this.#countSoon()
  }

  /** Takes the texts of memories that just changed. */
  takeMemories(memories: readonly Memory[]): void {
    const previews = new Map(this.store.getState().previews)
    for (const memory of memories) {
      previews.delete(memory.id)
      previews.set(memory.id, previewOf(memory))
    }
    this.store.setState({ previews: new Map([...previews].slice(-MOST_PREVIEWS)) })
  }

  #countSoon(): void {
    if (this.#counting !== undefined) return
    this.#counting = setTimeout(() => {
      this.#counting = undefined
      void this.#client.stats().then(
        ({ total_memories }) => this.store.setState({ totalMemories: total_memories }),
        () => undefined,
      )
    }, COUNT_AFTER_MS)
  }

  /** Asks for the sessions; what it returns puts them in place. */
  async #askSessions(): Promise<() => void> {
    const changed = (this.#changed = new Set())
    const answered = (await this.#operations.sessions()).filter(isAgents)
    return () => {
      // Asked again since: the later answer counts.
      if (changed !== this.#changed) return
      this.store.setState({ sessions: withEvents(answered, this.store.getState().sessions, changed) })
      this.#answeredAt = Date.now()
    }
  }

  #recountWhenQuiet(): void {
    clearTimeout(this.#recounting)
    this.#recounting = setTimeout(() => {
      this.#recounting = undefined
      void this.#askSessions().then(
        (takeSessions) => takeSessions(),
        () => undefined,
      )
    }, QUIET_MS)
  }

  async #loadHealth(): Promise<void> {
    const health = await this.#client.health()
    this.store.setState({ health, startedAt: Date.now() - health.uptime_seconds * 1000 })
  }
}

function countCall(sessions: readonly SessionInfo[], id: string, ok: boolean, at: string): readonly SessionInfo[] {
  return sessions.map((session) =>
    session.session_id === id
      ? { ...session, requests: session.requests + 1, errors: session.errors + (ok ? 0 : 1), last_seen_at: at }
      : session,
  )
}
