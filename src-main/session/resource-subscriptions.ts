import type { Clock } from '../base/clock.ts'
import { AppError, notFound } from '../base/errors.ts'
import type { Announcement, EventBus } from '../base/event-bus.ts'
import { LIMITS } from '../contract/protocol.ts'
import { MEMORY_LIST_URIS, memoryIdOfUri, memoryUri } from '../contract/resources.ts'
import { canRead } from '../contract/scope.ts'
import type { Scope } from '../contract/scope.ts'

export interface SubscriptionParts {
  readonly bus: EventBus
  readonly clock: Clock
  /** Whom the session acts as now. A switch makes a new object, and everything is checked against that. */
  readonly scope: () => Scope
  /** Whether that scope may read a memory. */
  readonly isVisible: (memoryId: string) => Promise<boolean>
  /** Hears of each update that is delivered, or would be if somebody were there. */
  readonly onTold?: (uri: string) => void
  /** Hears of each memory that somebody asked to subscribe to, and whether it could be. */
  readonly onAsked?: (memoryId: string, isGranted: boolean) => void
}

/** Who asked for a subscription: the id of a `subscriptions/listen`, or one word for `resources/subscribe`. */
export type SubscriptionHolder = string | number

/** Holder of what `resources/subscribe` asked for. */
export const BY_REQUEST = 'resources/subscribe'

interface Watch {
  readonly holders: Set<SubscriptionHolder>
  /** The scope that was last known to see it; absent while the first check runs. */
  seenBy: Scope | undefined
}

/** How often one resource is told of at most, in milliseconds: what changes more often is told again at the end of it. */
const PACE_MS = 200
/** Subscriptions that are checked at once when a session is resumed. */
const CHECKED_AT_ONCE = 50

/**
 * The resources that one session wants to hear of. It hears of a memory only while it may read it; when that ends, or the memory is
 * deleted, it is told once more and the subscription is over. Hears the bus only while there is a subscription.
 */
export class ResourceSubscriptions {
  readonly #parts: SubscriptionParts
  readonly #watches = new Map<string, Watch>()
  readonly #paced = new Map<string, { readonly timer: NodeJS.Timeout; dueFor?: Scope }>()
  #deliver: ((uri: string) => void) | undefined
  #stopHearing: (() => void) | undefined
  #isClosed = false

  constructor(parts: SubscriptionParts) {
    this.#parts = parts
  }

  get count(): number {
    return this.#watches.size
  }

  /** Where updates go from now on. */
  deliverTo(deliver: (uri: string) => void): void {
    this.#deliver = deliver
  }

  /** Nobody is there any more. What was asked for by `resources/subscribe` is still watched, for when the client comes back. */
  stopDelivering(): void {
    this.#deliver = undefined
    for (const [uri, watch] of this.#watches) {
      for (const holder of watch.holders) if (holder !== BY_REQUEST) watch.holders.delete(holder)
      this.#dropIfIdle(uri, watch)
    }
  }

  /** Throws `not_found` for what is no resource or may not be read, and `unavailable` when the session has its maximum. */
  async add(uri: string, holder: SubscriptionHolder): Promise<void> {
    const memoryId = memoryIdOfUri(uri)
    try {
      await this.#add(uri, holder)
    } catch (error) {
      if (memoryId !== undefined && error instanceof AppError && error.code === 'not_found') this.#parts.onAsked?.(memoryId, false)
      throw error
    }
    if (memoryId !== undefined) this.#parts.onAsked?.(memoryId, true)
  }

  async #add(uri: string, holder: SubscriptionHolder): Promise<void> {
    const memoryId = memoryIdOfUri(uri)
    if (this.#isClosed || (memoryId === undefined && !MEMORY_LIST_URIS.includes(uri))) throw notFound('resource', uri.slice(0, 100))
    const known = this.#watches.get(uri)
    if (!known) this.#assertRoom()
    else if (known.holders.size >= LIMITS.listensPerSession && !known.holders.has(holder)) throw tooManyListens()
    const watch: Watch = known ?? { holders: new Set(), seenBy: memoryId === undefined ? this.#parts.scope() : undefined }
    // Watched before it is checked, so that a change in between is not missed.
    this.#watches.set(uri, watch)
    this.#stopHearing ??= this.#parts.bus.subscribeAll(
      (announcement) => this.#hear(announcement),
      () => this.#tellAll(),
    )
    try {
      if (memoryId !== undefined) await this.#check(uri, watch, memoryId)
      watch.holders.add(holder)
    } finally {
      this.#dropIfIdle(uri, watch)
    }
  }

  /** Ends what `holder` wanted, or only one URI of it. What was not subscribed is no error. */
  remove(holder: SubscriptionHolder, uri?: string): void {
    for (const [watchedUri, watch] of uri === undefined ? this.#watches : [[uri, this.#watches.get(uri)] as const]) {
      if (watch?.holders.delete(holder) === true) this.#dropIfIdle(watchedUri, watch)
    }
  }

  /** What `resources/subscribe` asked for and a later connection of the session takes up again. */
  get requested(): readonly string[] {
    return [...this.#watches].flatMap(([uri, { holders }]) => (holders.has(BY_REQUEST) ? [uri] : []))
  }

  /** Takes up what an earlier connection had. What may not be read any more is left out: there is nobody to answer. */
  async resume(uris: readonly string[]): Promise<void> {
    for (let from = 0; from < uris.length; from += CHECKED_AT_ONCE) {
      const some = uris.slice(from, from + CHECKED_AT_ONCE)
      await Promise.all(some.map((uri) => this.#add(uri, BY_REQUEST).catch(() => undefined)))
    }
  }

  /** Ends everything. Idempotent. */
  close(): void {
    this.#isClosed = true
    this.#watches.clear()
    this.#stopHearing?.()
    this.#stopHearing = undefined
    for (const { timer } of this.#paced.values()) clearTimeout(timer)
    this.#paced.clear()
  }

  #assertRoom(): void {
    if (this.#watches.size < LIMITS.subscriptionsPerSession) return
    throw new AppError('unavailable', `This connection has its maximum of ${LIMITS.subscriptionsPerSession} subscriptions; end some first.`)
  }

  async #check(uri: string, watch: Watch, memoryId: string): Promise<void> {
    const scope = this.#parts.scope()
    const isVisible = await this.#parts.isVisible(memoryId)
    // It may have been taken away, or the session have ended, while the check ran.
    if (!isVisible || this.#watches.get(uri) !== watch) throw notFound('resource', uri)
    watch.seenBy ??= scope
  }

  #dropIfIdle(uri: string, watch: Watch): void {
    if (watch.holders.size === 0 && this.#watches.get(uri) === watch) this.#watches.delete(uri)
    if (this.#watches.size > 0) return
    this.#stopHearing?.()
    this.#stopHearing = undefined
  }

  #hear({ event, access }: Announcement): void {
    if (event.type === 'data-imported') {
      // Any of them may be another now. That a resource is to be read again tells nothing that its reader may not know.
      for (const uri of [...this.#watches.keys()]) this.#tell(uri, this.#parts.scope())
      return
    }
    if (!access || !('memory_id' in event)) return
    const scope = this.#parts.scope()
    const mayRead = canRead(access, scope, this.#parts.clock.now())
    const isGone = event.type === 'memory-deleted' || event.type === 'memory-purged'
    const uri = memoryUri(event.memory_id)
    const watch = this.#watches.get(uri)
    // A last word only for the agent that could read it until now: one that it became since may not know that it exists.
    const isLost = watch !== undefined && watch.seenBy === scope && !mayRead
    if (watch && mayRead) watch.seenBy = scope
    if (watch && (mayRead || isLost)) this.#tell(uri, scope)
    if (mayRead || isLost) for (const list of MEMORY_LIST_URIS) if (this.#watches.has(list)) this.#tell(list, scope)
    if (watch && (isGone || isLost || watch.seenBy === undefined)) this.#forget(uri, watch)
  }

  /** Nobody knows what changed. Each watched resource could be read until now, so hearing of it gives nothing away. */
  #tellAll(): void {
    const scope = this.#parts.scope()
    for (const [uri, { seenBy }] of this.#watches) if (seenBy === scope) this.#tell(uri, scope)
  }

  #forget(uri: string, watch: Watch): void {
    watch.holders.clear()
    this.#dropIfIdle(uri, watch)
  }

  #tell(uri: string, scope: Scope): void {
    const pace = this.#paced.get(uri)
    if (pace) {
      pace.dueFor = scope
      return
    }
    this.#paced.set(uri, { timer: setTimeout(() => this.#paceEnded(uri), PACE_MS).unref() })
    this.#parts.onTold?.(uri)
    this.#deliver?.(uri)
  }

  #paceEnded(uri: string): void {
    const dueFor = this.#paced.get(uri)?.dueFor
    this.#paced.delete(uri)
    if (dueFor !== undefined && dueFor === this.#parts.scope()) this.#tell(uri, dueFor)
  }
}

function tooManyListens(): AppError {
  return new AppError('unavailable', `This connection listens to one resource ${LIMITS.listensPerSession} times; end some first.`)
}
