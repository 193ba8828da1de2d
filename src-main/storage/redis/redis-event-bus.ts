import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock } from '../../base/clock.ts'
import { LocalEventBus } from '../../base/event-bus.ts'
import type { Announcement, AnnouncementListener, EventBus, Gap } from '../../base/event-bus.ts'
import type { Log } from '../../base/log.ts'
import { decodeAnnouncement, encodeAnnouncement } from './redis-announcement.ts'
import type { RedisLink } from './redis-link.ts'
import { RedisOutbox } from './redis-outbox.ts'
import type { OutboxLimits } from './redis-outbox.ts'
import { RedisStreamReader } from './redis-stream-reader.ts'

export interface RedisEventBusParts {
  readonly link: RedisLink
  /** This process; a word of its own for each start. */
  readonly instance: string
  readonly clock: Clock
  readonly log: Log
  readonly limits?: OutboxLimits
  /** Entries that the stream keeps, about; each holds one announcement or, under load, many. */
  readonly streamLength?: number
  /** Hears what others announce before the listeners do. */
  readonly onRelayed?: (announcement: Announcement) => void
}

const STREAM_LENGTH = 10_000
/** A stream that nobody writes goes after this, in milliseconds; renewed at half of it at the latest. */
const STREAM_TTL_MS = 86_400_000
const RETRY_MS = 500
/** How long a stop waits for the last announcements to leave, in milliseconds. */
const FAREWELL_MS = 1_000
/** Other processes whose place in their order is remembered; of more, the one not heard for longest is forgotten. */
const MAX_PUBLISHERS = 1_000

/**
 * The bus of all instances on one Redis, over a stream. An announcement is there at least once within what the stream and the outbox
 * hold; whatever is lost beyond that is reported as a gap.
 */
export class RedisEventBus implements EventBus {
  readonly #parts: RedisEventBusParts
  readonly #local: LocalEventBus
  readonly #key: string
  readonly #outbox: RedisOutbox
  readonly #reader: RedisStreamReader
  /** The last entry of each other process, in the order they were heard. */
  readonly #heard = new Map<string, { readonly number: number; readonly atMs: number }>()
  readonly #startedAtMs: number
  readonly #stopWatching: () => void
  #sending: Promise<void> | undefined
  #retry: NodeJS.Timeout | undefined
  #renewAtMs = 0
  #isClosed = false

  constructor(parts: RedisEventBusParts) {
    this.#parts = parts
    this.#local = new LocalEventBus(parts.log)
    this.#startedAtMs = parts.clock.now()
    this.#key = `${parts.link.prefix}events`
    this.#outbox = new RedisOutbox(parts.clock, parts.limits)
    this.#stopWatching = parts.link.onChange(({ isUp }) => {
      if (isUp) this.#send()
    })
    const { link, clock, log } = parts
    this.#reader = new RedisStreamReader({
      link,
      clock,
      log,
      key: this.#key,
      onEntry: (fields) => this.#hear(fields),
      onGap: (sinceMs) => this.#reportGap(sinceMs),
    })
  }

  /** Resolves when nothing that others announce from now on can be missed. */
  get following(): Promise<void> {
    return this.#reader.following
  }

  get waitingCount(): number {
    return this.#outbox.waitingCount
  }

  get listenerCount(): number {
    return this.#local.listenerCount
  }

  publish(announcement: Announcement): void {
    this.#local.publish(announcement)
    if (this.#isClosed) return
    try {
      const json = encodeAnnouncement(announcement)
      if (json === undefined) return
      this.#outbox.add(json, announcement.event.type === 'call-answered')
      this.#send()
    } catch (error) {
      this.#parts.log.error({ err: error, event: announcement.event.type }, 'an announcement could not be written for other instances')
    }
  }

  subscribe(listener: AnnouncementListener): () => void {
    return this.#local.subscribe(listener)
  }

  subscribeAll(listener: AnnouncementListener, onGap: (gap: Gap) => void): () => void {
    return this.#local.subscribeAll(listener, onGap)
  }

  /** Another process has died: what it announced last may never have left it. */
  publisherDied(instance: string): void {
    const last = this.#heard.get(instance)
    this.#heard.delete(instance)
    this.#reportGap(last?.atMs ?? this.#startedAtMs)
  }

  /** Sends what waits, for a second at most, and hears no more. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#stopWatching()
    if (this.#parts.link.isUp) this.#send()
    const tooLate = new Promise<void>((resolve) => setTimeout(resolve, FAREWELL_MS).unref())
    await Promise.race([this.#sending, tooLate])
    clearTimeout(this.#retry)
    await this.#reader.close()
  }

  #send(): void {
    this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = undefined
      // Something may have come between the last look into the box and now.
      if (!this.#outbox.isEmpty && this.#parts.link.isUp && this.#retry === undefined) this.#send()
    })
  }

  async #sendAll(): Promise<void> {
    const { link } = this.#parts
    // What is announced in this turn goes together.
    await nextTurn()
    try {
      for (let batch = this.#outbox.next(); batch && link.isUp; batch = this.#outbox.next()) {
        const { number, announcements, lostSinceMs } = batch
        const fields = ['from', this.#parts.instance, 'number', number, 'announcements', announcements]
        if (lostSinceMs !== undefined) fields.push('lost_since', lostSinceMs)
        const length = this.#parts.streamLength ?? STREAM_LENGTH
        await link.run((commands) => commands.xadd(this.#key, 'MAXLEN', '~', length, '*', ...fields))
        this.#outbox.sent()
        await this.#renew()
      }
    } catch (error) {
      // Once Redis is back the link says so; a refusal of this command alone is tried again.
      this.#parts.log.debug({ err: error }, 'announcements wait for Redis')
      this.#retry ??= setTimeout(() => {
        this.#retry = undefined
        if (!this.#isClosed && !this.#outbox.isEmpty) this.#send()
      }, RETRY_MS).unref()
    }
  }

  async #renew(): Promise<void> {
    const now = this.#parts.clock.now()
    if (now < this.#renewAtMs) return
    await this.#parts.link.run((commands) => commands.pexpire(this.#key, STREAM_TTL_MS))
    this.#renewAtMs = now + STREAM_TTL_MS / 2
  }

  async #hear(fields: ReadonlyMap<string, string>): Promise<void> {
    const { from, number, lostSinceMs, announcements } = readEntry(fields)
    if (from === this.#parts.instance) return
    const last = this.#heard.get(from)
    if (last && number <= last.number) return
    this.#remember(from, number)
    if (lostSinceMs !== undefined) this.#reportGap(lostSinceMs)
    else if (last && number > last.number + 1) this.#reportGap(last.atMs)
    for (const value of announcements) this.#relay(value, from)
    // Others get their turn between two entries, each of which may hold hundreds.
    await nextTurn()
  }

  #relay(value: unknown, from: string): void {
    const announcement = decodeAnnouncement(value)
    if (!announcement) {
      this.#parts.log.warn({ from }, 'an announcement of another instance is of no known kind and is ignored')
      return
    }
    this.#parts.onRelayed?.(announcement)
    this.#local.relay(announcement)
  }

  #remember(from: string, number: number): void {
    this.#heard.delete(from)
    this.#heard.set(from, { number, atMs: this.#parts.clock.now() })
    const oldest = this.#heard.keys().next().value
    if (this.#heard.size > MAX_PUBLISHERS && oldest !== undefined) this.#heard.delete(oldest)
  }

  #reportGap(sinceMs: number): void {
    this.#parts.log.warn({ since: new Date(sinceMs).toISOString() }, 'announcements of other instances may be lost; listeners look again')
    this.#local.reportGap({ sinceMs })
  }
}

interface ReceivedEntry {
  readonly from: string
  readonly number: number
  readonly lostSinceMs?: number
  readonly announcements: readonly unknown[]
}

/** Throws for what no instance has written. */
function readEntry(fields: ReadonlyMap<string, string>): ReceivedEntry {
  const [from = '', lostSince] = [fields.get('from'), fields.get('lost_since')]
  const numbers = [Number(fields.get('number')), Number(lostSince ?? 0)] as const
  if (from === '' || !numbers.every((number) => Number.isSafeInteger(number) && number >= 0)) throw new Error('It lacks a field.')
  const announcements: unknown = JSON.parse(fields.get('announcements') ?? '')
  if (!Array.isArray(announcements)) throw new Error('It holds no list.')
  return { from, number: numbers[0], ...(lostSince !== undefined && { lostSinceMs: numbers[1] }), announcements }
}
