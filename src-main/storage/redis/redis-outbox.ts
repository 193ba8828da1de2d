import type { Clock } from '../../base/clock.ts'

/** One entry of the stream as it will be sent, and sent again in the same words until it has arrived. */
export interface OutgoingBatch {
  /** Rises by one with each entry of this process: a reader sees by it what came twice and what is missing. */
  readonly number: number
  /** JSON list of announcements. */
  readonly announcements: string
  /** Set when announcements before these were lost here: since when, in epoch milliseconds. */
  readonly lostSinceMs?: number
}

export interface OutboxLimits {
  readonly announcements: number
  readonly characters: number
}

/** Announcements and characters that wait at most, and that go into one entry. */
const WAITING: OutboxLimits = { announcements: 10_000, characters: 8 * 1024 * 1024 }
const ENTRY: OutboxLimits = { announcements: 200, characters: 256 * 1024 }

/** What waits to be sent, in order. Bounded: of more, the oldest is lost, and that is said. */
export class RedisOutbox {
  readonly #clock: Clock
  readonly #limits: OutboxLimits
  #waiting: { readonly json: string; readonly atMs: number }[] = []
  #characters = 0
  #lostSinceMs: number | undefined
  #batch: OutgoingBatch | undefined
  #number = 0

  constructor(clock: Clock, limits = WAITING) {
    this.#clock = clock
    this.#limits = limits
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0 && this.#batch === undefined && this.#lostSinceMs === undefined
  }

  /** Announcements that wait; those of an entry that is being sent count as one. */
  get waitingCount(): number {
    return this.#waiting.length + (this.#batch ? 1 : 0)
  }

  /** `isPassing`: nobody needs to look again for the lack of it, so it does not drive out what matters. */
  add(json: string, isPassing: boolean): void {
    if (isPassing && (this.#waiting.length >= this.#limits.announcements / 2 || this.#characters >= this.#limits.characters / 2)) return
    this.#waiting.push({ json, atMs: this.#clock.now() })
    this.#characters += json.length
    if (this.#waiting.length > this.#limits.announcements || this.#characters > this.#limits.characters) this.#lose()
  }

  /** What to send now: the same until `sent`. */
  next(): OutgoingBatch | undefined {
    if (this.#batch) return this.#batch
    if (this.isEmpty) return undefined
    const count = this.#countForEntry()
    const taken = this.#waiting.splice(0, count)
    for (const { json } of taken) this.#characters -= json.length
    this.#number += 1
    const lostSinceMs = this.#lostSinceMs
    this.#lostSinceMs = undefined
    const announcements = `[${taken.map(({ json }) => json).join(',')}]`
    this.#batch = { number: this.#number, announcements, ...(lostSinceMs !== undefined && { lostSinceMs }) }
    return this.#batch
  }

  sent(): void {
    this.#batch = undefined
  }

  #countForEntry(): number {
    let characters = 0
    let count = 0
    for (const { json } of this.#waiting) {
      characters += json.length
      if (count > 0 && (count >= ENTRY.announcements || characters > ENTRY.characters)) break
      count += 1
    }
    return count
  }

  /** A tenth at once, so that a full box is not tidied for each that comes. */
  #lose(): void {
    const lost = this.#waiting.splice(0, Math.max(1, Math.ceil(this.#waiting.length / 10)))
    for (const { json } of lost) this.#characters -= json.length
    this.#lostSinceMs ??= lost[0]?.atMs
  }
}
