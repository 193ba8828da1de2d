import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import { reasonOf } from './redis-errors.ts'
import type { RedisLink } from './redis-link.ts'

/** Id and fields, as Redis has them. */
export type StreamEntry = readonly [id: string, fields: readonly string[]]

export interface StreamReaderParts {
  readonly link: RedisLink
  readonly key: string
  readonly clock: Clock
  readonly log: Log
  /** Handles the fields of one entry. A throw is logged and skips the entry. */
  readonly onEntry: (fields: ReadonlyMap<string, string>) => void | Promise<void>
  /** Entries may be missing. `sinceMs`: until when the stream was followed for sure. */
  readonly onGap: (sinceMs: number) => void
}

/** How long one read waits for something new, and how much longer until a silent server is given up, in milliseconds. */
const BLOCK_MS = 2_000
const SILENCE_MS = 2_000
const READ_COUNT = 200
const RETRY_MS = 200
const BEFORE_ALL = '0-0'

/** Follows a stream from now on, over its own connection, through outages; sees when it was trimmed, emptied or begun anew meanwhile. */
export class RedisStreamReader {
  /** Resolves when nothing that is written from now on can be missed. */
  readonly following: Promise<void>
  readonly #parts: StreamReaderParts
  readonly #client: Redis
  readonly #stop = new AbortController()
  readonly #running: Promise<void>
  readonly #startedAtMs: number
  #isFollowing: () => void = () => undefined
  #lastId: string | undefined
  /** Which run of the Redis server was followed. */
  #run: string | undefined
  #followedUntilMs: number
  #isInDoubt = true

  constructor(parts: StreamReaderParts) {
    this.#parts = parts
    this.#client = parts.link.open({ commandTimeout: BLOCK_MS + SILENCE_MS })
    this.following = new Promise((resolve) => (this.#isFollowing = resolve))
    this.#startedAtMs = this.#followedUntilMs = parts.clock.now()
    this.#running = this.#follow()
  }

  async close(): Promise<void> {
    this.#stop.abort()
    this.#client.disconnect()
    await this.#running
  }

  async #follow(): Promise<void> {
    while (!this.#isStopped) {
      try {
        if (this.#isInDoubt) await this.#check()
        await this.#read()
      } catch (error) {
        this.#isInDoubt = true
        this.#parts.log.debug({ reason: reasonOf(error) }, 'the stream of announcements could not be read')
        if (this.#stop.signal.aborted) return
        // A hanging server keeps the socket open; a new one shows whether it lives.
        if (this.#client.status === 'ready') this.#client.disconnect(true)
        await this.#connected()
      }
    }
  }

  /** Until there is a connection, or it is time to try again. */
  async #connected(): Promise<void> {
    const over = new AbortController()
    const signal = AbortSignal.any([this.#stop.signal, over.signal])
    await Promise.race([once(this.#client, 'ready', { signal }), delay(RETRY_MS, undefined, { signal, ref: false })]).catch(() => undefined)
    over.abort()
  }

  get #isStopped(): boolean {
    return this.#stop.signal.aborted
  }

  /** Whether the stream still holds all that came after what was read last. */
  async #check(): Promise<void> {
    const { key } = this.#parts
    // Another run of the server may have lost what was never read here.
    const run = /run_id:(\w+)/.exec(await this.#client.info('server'))?.[1]
    const isOtherRun = this.#run !== undefined && run !== this.#run
    this.#run = run
    const [newest] = await this.#client.xrevrange(key, '+', '-', 'COUNT', 1)
    const [oldest] = await this.#client.xrange(key, '-', '+', 'COUNT', 1)
    if (this.#lastId === undefined) {
      this.#lastId = newest?.[0] ?? BEFORE_ALL
      this.#isFollowing()
      // A server that started without Redis has served clients meanwhile.
      if (this.#parts.clock.now() - this.#startedAtMs > BLOCK_MS) this.#report()
    } else {
      const hasRead = this.#lastId !== BEFORE_ALL
      const isBegunAnew = hasRead && (!newest || compareIds(newest[0], this.#lastId) < 0)
      const isTrimmed = hasRead && oldest !== undefined && compareIds(oldest[0], this.#lastId) > 0
      if (isBegunAnew) this.#lastId = BEFORE_ALL
      if (isBegunAnew || isTrimmed || isOtherRun) this.#report()
    }
    this.#isInDoubt = false
  }

  async #read(): Promise<void> {
    const found = await this.#client.xread('COUNT', READ_COUNT, 'BLOCK', BLOCK_MS, 'STREAMS', this.#parts.key, this.#lastId ?? BEFORE_ALL)
    const entries = found?.[0]?.[1] ?? []
    // Nothing came: perhaps since there is no such stream any more. Much came: perhaps more was trimmed than is left.
    this.#isInDoubt = entries.length === 0 || entries.length === READ_COUNT
    for (const [id, fields] of entries) {
      this.#lastId = id
      await this.#handle(id, fields)
      if (this.#isStopped) return
    }
    this.#followedUntilMs = this.#parts.clock.now()
  }

  async #handle(id: string, fields: readonly string[]): Promise<void> {
    try {
      await this.#parts.onEntry(asMap(fields))
    } catch (error) {
      this.#parts.log.warn({ err: error, id }, 'an entry of the stream of announcements is malformed and is ignored')
    }
  }

  #report(): void {
    this.#parts.onGap(this.#followedUntilMs)
  }
}

function asMap(fields: readonly string[]): ReadonlyMap<string, string> {
  const map = new Map<string, string>()
  for (let index = 0; index + 1 < fields.length; index += 2) map.set(fields[index] ?? '', fields[index + 1] ?? '')
  return map
}

/** Ids are `milliseconds-number`. */
export function compareIds(a: string, b: string): number {
  const [timeA = 0, numberA = 0] = a.split('-').map(Number)
  const [timeB = 0, numberB = 0] = b.split('-').map(Number)
  return timeA - timeB || numberA - numberB
}
