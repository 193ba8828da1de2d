import type { ServerEvent } from '../contract/events.ts'
import type { AccessFacts, WorkflowFacts } from '../contract/scope.ts'
import type { Task } from '../contract/task.ts'
import type { Log } from './log.ts'

/** An announcement, with what decides who may hear it. `access` and `task` are for parts of the server, not for the feed. */
export interface Announcement {
  readonly event: ServerEvent
  /** For events about a memory: heard by those who may read it. */
  readonly access?: AccessFacts
  /**
   * For events about a task: heard by those who may see it. From another instance it comes without its texts, notes and result, but for
   * `task-assigned`.
   */
  readonly task?: Task
  /** For events about a workflow: heard by those who may see it. */
  readonly workflow?: WorkflowFacts
  /** For events about one agent's doings: heard by that agent and the owner. */
  readonly agentId?: string
}

export type AnnouncementListener = (announcement: Announcement) => void

/** Announcements of other instances were lost on the way. Whoever shows or tells something that came from them looks again. */
export interface Gap {
  /** All that was announced before is known to have been heard; epoch milliseconds. */
  readonly sinceMs: number
}

/** PORT. Carries announcements from the part where something happened to whoever shows it. Never asks for work to be done. */
export interface EventBus {
  /** Own listeners have heard it when this returns; other instances hear it soon. Never waits or throws. */
  publish(announcement: Announcement): void
  /** Hears what this process announces: for what counts its own doings. Returns the function that ends the subscription. */
  subscribe(listener: AnnouncementListener): () => void
  /**
   * Hears what every instance announces, its own at once, each thing once and in the order of its instance. `onGap` is told when
   * something of the others may be missing. Returns the function that ends the subscription.
   */
  subscribeAll(listener: AnnouncementListener, onGap: (gap: Gap) => void): () => void
  /** Subscriptions of both kinds. */
  readonly listenerCount: number
  /** What waits to be told to other instances; absent where there are none. */
  readonly waitingCount?: number
}

interface Entry {
  readonly hear: AnnouncementListener
  /** Of those who hear every instance. */
  readonly onGap?: (gap: Gap) => void
}

/** The bus of one process: synchronous, in order; a throwing listener harms no other. */
export class LocalEventBus implements EventBus {
  readonly #entries = new Set<Entry>()
  readonly #log: Log

  constructor(log: Log) {
    this.#log = log
  }

  get listenerCount(): number {
    return this.#entries.size
  }

  publish(announcement: Announcement): void {
    for (const { hear } of this.#entries) this.#try(announcement.event.type, () => hear(announcement))
  }

  subscribe(listener: AnnouncementListener): () => void {
    return this.#add({ hear: listener })
  }

  subscribeAll(listener: AnnouncementListener, onGap: (gap: Gap) => void): () => void {
    return this.#add({ hear: listener, onGap })
  }

  /** What another instance has announced, for those who hear every instance. */
  relay(announcement: Announcement): void {
    for (const { hear, onGap } of this.#entries) if (onGap) this.#try(announcement.event.type, () => hear(announcement))
  }

  reportGap(gap: Gap): void {
    for (const { onGap } of this.#entries) if (onGap) this.#try('a gap', () => onGap(gap))
  }

  /** Each call adds an entry of its own, so subscribing one function twice gives two subscriptions with two ends. */
  #add(entry: Entry): () => void {
    this.#entries.add(entry)
    return () => this.#entries.delete(entry)
  }

  #try(event: string, tell: () => void): void {
    try {
      tell()
    } catch (error) {
      this.#log.error({ err: error, event }, 'an event listener failed')
    }
  }
}
