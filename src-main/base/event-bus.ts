import type { ServerEvent } from '../contract/events.ts'
import type { AccessFacts, WorkflowFacts } from '../contract/scope.ts'
import type { Task } from '../contract/task.ts'
import type { Log } from './log.ts'

/** An announcement, with what decides who may hear it. `access` and `task` are for parts of this process, not for the feed. */
export interface Announcement {
  readonly event: ServerEvent
  /** For events about a memory: heard by those who may read it. */
  readonly access?: AccessFacts
  /** For events about a task: heard by those who may see it. */
  readonly task?: Task
  /** For events about a workflow: heard by those who may see it. */
  readonly workflow?: WorkflowFacts
  /** For events about one agent's doings: heard by that agent and the owner. */
  readonly agentId?: string
}

export type AnnouncementListener = (announcement: Announcement) => void

/** Carries announcements from the part where something happened to whoever shows it. Never asks for work to be done. */
export interface EventBus {
  publish(announcement: Announcement): void
  /** Returns the function that ends the subscription. */
  subscribe(listener: AnnouncementListener): () => void
  readonly listenerCount: number
}

/** The bus of one process: synchronous, in order; a throwing listener harms no other. */
export class LocalEventBus implements EventBus {
  readonly #listeners = new Set<AnnouncementListener>()
  readonly #log: Log

  constructor(log: Log) {
    this.#log = log
  }

  get listenerCount(): number {
    return this.#listeners.size
  }

  publish(announcement: Announcement): void {
    for (const listener of this.#listeners) {
      try {
        listener(announcement)
      } catch (error) {
        this.#log.error({ err: error, event: announcement.event.type }, 'an event listener failed')
      }
    }
  }

  subscribe(listener: AnnouncementListener): () => void {
    // Wrapped, so that subscribing one function twice gives two subscriptions with two ends.
    const entry: AnnouncementListener = (announcement) => listener(announcement)
    this.#listeners.add(entry)
    return () => this.#listeners.delete(entry)
  }
}
