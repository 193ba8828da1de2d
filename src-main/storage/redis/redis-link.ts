import { Redis } from 'ioredis'
import type { RedisOptions } from 'ioredis'
import type { AppError } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import { isLoss, reasonOf, redisUnavailable } from './redis-errors.ts'
import { shownPlace } from './redis-place.ts'
import type { RedisPlace } from './redis-place.ts'

export type LinkState = { readonly isUp: true } | { readonly isUp: false; readonly reason: string }

/** Makes a client. Tests bring one that needs no server. */
export type OpenClient = (url: string, options: RedisOptions) => Redis

export interface RedisLinkParts extends RedisPlace {
  readonly log: Log
  readonly openClient?: OpenClient
}

/** How long one command may take, and connecting, in milliseconds. Whoever calls waits no longer. */
const COMMAND_TIMEOUT_MS = 1_000
const CONNECT_TIMEOUT_MS = 2_000
/** How often is looked whether Redis takes a write, in milliseconds. */
const PROBE_MS = 500
const LONGEST_RETRY_MS = 1_000
const PROBE_KEY_TTL_MS = 60_000

/**
 * The connections to one Redis, and whether it works. While it does not, commands fail at once: nothing waits in a queue for a server
 * that may never come back, and nothing that was sent is sent again by itself.
 */
export class RedisLink {
  readonly place: string
  readonly prefix: string
  /** For commands that answer at once. Call it through `run`. */
  readonly #commands: Redis
  readonly #url: string
  readonly #openClient: OpenClient
  readonly #log: Log
  readonly #clients = new Set<Redis>()
  readonly #listeners = new Set<(state: LinkState) => void>()
  readonly #timer: NodeJS.Timeout
  #state: LinkState = { isUp: false, reason: 'it has not answered yet' }
  #lastError: string | undefined
  #isProbing = false
  #isClosed = false

  constructor({ url, prefix, log, openClient = (where, options) => new Redis(where, options) }: RedisLinkParts) {
    this.#url = url
    this.prefix = prefix
    this.place = shownPlace(url)
    this.#openClient = openClient
    this.#log = log
    this.#commands = this.open({ commandTimeout: COMMAND_TIMEOUT_MS })
    this.#commands.on('ready', () => void this.#probe())
    this.#commands.on('close', () => this.#fell(this.#lastError ?? 'the connection was closed'))
    this.#timer = setInterval(() => void this.#probe(), PROBE_MS).unref()
  }

  get state(): LinkState {
    return this.#state
  }

  get isUp(): boolean {
    return this.#state.isUp
  }

  /** A client for a library that wants one of its own accord; errors of it are `reasonOf` matters. */
  get client(): Redis {
    return this.#commands
  }

  /** One more connection, for what blocks. It comes back by itself, has no queue, and closes with the link. */
  open(options: RedisOptions): Redis {
    const client = this.#openClient(this.#url, {
      connectionName: 'tmws',
      disableClientInfo: true,
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
      connectTimeout: CONNECT_TIMEOUT_MS,
      keepAlive: 10_000,
      retryStrategy: (times) => Math.min(LONGEST_RETRY_MS, 50 * 2 ** Math.min(times, 10)) * (0.75 + Math.random() / 2),
      ...options,
    })
    // Without a listener a failed connection would be thrown. What it says is in `state`, told once an outage.
    client.on('error', (error) => {
      this.#lastError = reasonOf(error)
      if (!this.#state.isUp) this.#state = { isUp: false, reason: this.#lastError }
    })
    this.#clients.add(client)
    return client
  }

  /** Tells when Redis begins to work and when it ceases to. Returns the function that ends the telling. */
  onChange(listener: (state: LinkState) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Runs commands. Throws `unavailable`, at once when Redis is known to be away and after a second at the latest. */
  async run<T>(work: (commands: Redis) => Promise<T>): Promise<T> {
    if (!this.#state.isUp) throw this.#unavailable(this.#state.reason)
    try {
      return await work(this.#commands)
    } catch (error) {
      throw this.failed(error)
    }
  }

  /** What a failed command means for the link, and for its caller. */
  failed(error: unknown): AppError {
    const reason = reasonOf(error)
    if (isLoss(error)) {
      const wasUp = this.#state.isUp
      this.#fell(reason)
      // A server that hangs keeps the socket: answers that come late must not be taken for those of later commands' time.
      if (wasUp) this.#commands.disconnect(true)
    } else this.#log.warn({ reason }, `Redis refused a command: ${reason}`)
    return this.#unavailable(reason)
  }

  /** Resolves when Redis works, or after `withinMs`. */
  async ready(withinMs: number): Promise<boolean> {
    if (this.#state.isUp) return true
    return new Promise((resolve) => {
      const finish = (isUp: boolean): void => {
        clearTimeout(timer)
        stop()
        resolve(isUp)
      }
      const timer = setTimeout(() => finish(false), withinMs)
      const stop = this.onChange(({ isUp }) => isUp && finish(true))
    })
  }

  /** Ends every connection. Idempotent. */
  close(): void {
    this.#isClosed = true
    clearInterval(this.#timer)
    this.#listeners.clear()
    for (const client of this.#clients) client.disconnect()
  }

  /** A write, so that a replica or a full server is not taken for one that works. */
  async #probe(): Promise<void> {
    if (this.#isProbing || this.#isClosed) return
    this.#isProbing = true
    try {
      await this.#commands.set(`${this.prefix}probe`, '1', 'PX', PROBE_KEY_TTL_MS)
      this.#rose()
    } catch (error) {
      const reason = reasonOf(error)
      const isSilent = this.#state.isUp && isLoss(error)
      // "The connection is lost" is what every command says of it; why it cannot be had is known from the connection.
      this.#fell(isLoss(error) ? (this.#lastError ?? reason) : reason)
      if (isSilent) this.#commands.disconnect(true)
    } finally {
      this.#isProbing = false
    }
  }

  #rose(): void {
    if (this.#state.isUp || this.#isClosed) return
    this.#lastError = undefined
    this.#set({ isUp: true })
    this.#log.info({ redis: this.place }, 'Redis works')
  }

  #fell(reason: string): void {
    if (this.#isClosed) return
    if (!this.#state.isUp) {
      this.#state = { isUp: false, reason }
      return
    }
    this.#log.warn({ redis: this.place, reason }, 'Redis does not work; this server goes on with what it has itself')
    this.#set({ isUp: false, reason })
  }

  #set(state: LinkState): void {
    this.#state = state
    for (const listener of this.#listeners) listener(state)
  }

  #unavailable(reason: string): AppError {
    return redisUnavailable(this.place, reason)
  }
}
