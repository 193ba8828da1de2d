import type { Redis } from 'ioredis'
import { newId } from '../../base/ids.ts'
import type { Log } from '../../base/log.ts'
import { reasonOf } from './redis-errors.ts'
import type { RedisLink } from './redis-link.ts'

/** What one instance asks of another. An announcement says what happened; a wish says what should. */
export type Wish =
  | { readonly kind: 'disconnect'; readonly sessionId: string; readonly by: string; readonly why?: string }
  | { readonly kind: 'replaced'; readonly sessionId: string; readonly agentId: string }

interface Message {
  readonly wish?: Wish
  /** Of the wish that this answers, or that wants an answer at `replyTo`. */
  readonly id?: string
  readonly replyTo?: string
}

/** How long the other instance has to do it, in milliseconds. */
const ANSWER_MS = 3_000

/** Wishes between instances, over a channel of each. Who is not there does not hear them. */
export class RedisWishes {
  readonly #link: RedisLink
  readonly #instance: string
  readonly #log: Log
  readonly #client: Redis
  readonly #waiting = new Map<string, () => void>()
  readonly #grant: (wish: Wish) => Promise<void>

  constructor(link: RedisLink, instance: string, log: Log, grant: (wish: Wish) => Promise<void>) {
    this.#link = link
    this.#instance = instance
    this.#log = log
    this.#grant = grant
    this.#client = link.open({ autoResubscribe: false })
    this.#client.on('ready', () => {
      this.#client.subscribe(this.#channelOf(instance)).catch((error: unknown) => {
        this.#log.warn({ reason: reasonOf(error) }, 'wishes of other instances cannot be heard; connecting again')
        this.#client.disconnect(true)
      })
    })
    this.#client.on('message', (_channel, text) => void this.#hear(text))
  }

  /** Tells an instance, without waiting for what comes of it. */
  async tell(instance: string, wish: Wish): Promise<void> {
    await this.#publish(instance, { wish })
  }

  /** True when the instance has done it. */
  async ask(instance: string, wish: Wish): Promise<boolean> {
    const id = newId()
    let timer: NodeJS.Timeout | undefined
    const answered = new Promise<boolean>((resolve) => {
      this.#waiting.set(id, () => resolve(true))
      timer = setTimeout(() => resolve(false), ANSWER_MS)
    })
    try {
      return (await this.#publish(instance, { wish, id, replyTo: this.#instance })) > 0 && (await answered)
    } finally {
      clearTimeout(timer)
      this.#waiting.delete(id)
    }
  }

  async #hear(text: string): Promise<void> {
    try {
      const { wish, id, replyTo } = JSON.parse(text) as Message // checked below as far as it is used
      if (wish === undefined) {
        this.#waiting.get(id ?? '')?.()
        return
      }
      if (typeof wish.sessionId !== 'string') throw new Error('It names no session.')
      await this.#grant(wish)
      if (replyTo !== undefined && id !== undefined) await this.#publish(replyTo, { id })
    } catch (error) {
      this.#log.warn({ err: error }, 'a wish of another instance could not be granted')
    }
  }

  #publish(instance: string, message: Message): Promise<number> {
    return this.#link.run((commands) => commands.publish(this.#channelOf(instance), JSON.stringify(message)))
  }

  #channelOf(instance: string): string {
    return `${this.#link.prefix}wishes:${instance}`
  }
}
