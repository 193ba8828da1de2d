import { createStore, type StoreApi } from 'zustand/vanilla'
import type { CallEvent, ServerEvent } from '../api/types.ts'

export interface StreamedCall extends CallEvent {
  /** Counts up; a key for rows. */
  readonly key: number
}

/** The newest first. */
export interface SessionStreamState {
  readonly calls: ReadonlyMap<string, readonly StreamedCall[]>
}

const MOST_CALLS = 100
const MOST_SESSIONS = 100

/** The last calls of each session as they happen; bounded, whatever the rate. */
export class SessionStream {
  readonly store: StoreApi<SessionStreamState> = createStore<SessionStreamState>(() => ({ calls: new Map() }))
  #lastKey = 0

  apply(events: readonly ServerEvent[]): void {
    const added = new Map<string, StreamedCall[]>()
    for (const event of events) {
      if (event.type !== 'call-answered') continue
      const calls = added.get(event.session_id) ?? []
      calls.unshift({ ...event, key: (this.#lastKey += 1) })
      added.set(event.session_id, calls)
    }
    if (added.size === 0) return
    const calls = new Map(this.store.getState().calls)
    for (const [session, newest] of added) {
      const known = calls.get(session) ?? []
      calls.delete(session)
      calls.set(session, [...newest, ...known].slice(0, MOST_CALLS))
    }
    this.store.setState({ calls: new Map([...calls].slice(-MOST_SESSIONS)) })
  }
}
