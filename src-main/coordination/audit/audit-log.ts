import type { AuditDeed, AuditTrail } from '../../base/audit-trail.ts'
import type { Clock } from '../../base/clock.ts'
import { toIso } from '../../base/clock.ts'
import { AppError, messageOf } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import { DEFAULT_NAMESPACE, SYSTEM_ACTOR_ID } from '../../contract/protocol.ts'
import type { AuditStore, NewAuditEntry } from '../../storage/audit-store.ts'
import { RepeatedDenials } from './repeated-denials.ts'
import type { RepeatLimits } from './repeated-denials.ts'

export interface AuditLogParts {
  readonly store: AuditStore
  readonly clock: Clock
  readonly log: Log
}

export interface AuditLogLimits extends RepeatLimits {
  /** How long a noted deed may wait for others, in milliseconds. */
  readonly noteDelayMs: number
  /** Entries that may wait to be written. When there are so many, no change is admitted and notes are lost, and counted. */
  readonly queue: number
  /** Entries of one write. */
  readonly batch: number
  /** Pause before a write that failed is tried again, and the longest, in milliseconds. */
  readonly retryMs: number
  readonly longestRetryMs: number
}

export const AUDIT_LOG_LIMITS: AuditLogLimits = {
  windowMs: 300_000,
  kindsPerAddress: 50,
  kinds: 500,
  noteDelayMs: 200,
  queue: 10_000,
  batch: 256,
  retryMs: 250,
  longestRetryMs: 5_000,
}

interface Waiting {
  readonly entry: NewAuditEntry
  readonly done?: () => void
  readonly failed?: (error: Error) => void
}

/**
 * Writes deeds to the audit log in batches: all that come while one write is under way make up the next, in the order they came. While
 * the log cannot be written, what waits stays in line and is tried again, and changes are refused before they are made.
 */
export class AuditLog implements AuditTrail {
  readonly #parts: AuditLogParts
  readonly #limits: AuditLogLimits
  readonly #denials: RepeatedDenials
  readonly #sweep: NodeJS.Timeout
  #queue: Waiting[] = []
  #writing: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined
  #problem: string | undefined
  #failures = 0
  #lost = 0
  #isClosed = false

  constructor(parts: AuditLogParts, limits: AuditLogLimits = AUDIT_LOG_LIMITS) {
    this.#parts = parts
    this.#limits = limits
    this.#denials = new RepeatedDenials(limits)
    this.#sweep = setInterval(() => this.#noteRepeated(), Math.max(10, limits.windowMs / 10)).unref()
  }

  /** Why the log cannot be written, while that is so. */
  get problem(): string | undefined {
    return this.#problem
  }

  admit(): void {
    if (this.#problem !== undefined) throw new AppError('unavailable', `${this.#problem} Until that is mended, nothing is changed.`)
    if (this.#queue.length >= this.#limits.queue)
      throw new AppError('unavailable', 'The audit log has too much to write at the moment; nothing was changed. Try again in a second.')
  }

  record(deed: AuditDeed): Promise<void> {
    return new Promise((done, failed) => {
      // One that was admitted has its place: the changes under way at once are bounded by what admits them.
      if (this.#isClosed) failed(new AppError('unavailable', 'The audit log has ended.'))
      else this.#enter({ entry: this.#entryOf(deed), done, failed })
      this.#write()
    })
  }

  note(deed: AuditDeed): void {
    if (deed.outcome !== 'ok' && !this.#denials.isNew(deed, this.#parts.clock.now())) return
    this.#noteNew(deed)
  }

  /** Writes what waits, tries once more what could not be written, and ends. Idempotent. */
  async close(): Promise<void> {
    clearInterval(this.#sweep)
    this.#noteRepeated({ all: true })
    this.#isClosed = true
    clearTimeout(this.#timer)
    await this.#writing
    while (this.#queue.length > 0) {
      const before = this.#queue.length
      await this.#writeBatch()
      if (this.#queue.length >= before) break
    }
    clearTimeout(this.#timer)
    if (this.#queue.length > 0)
      this.#parts.log.error({ entries: this.#queue.length }, 'entries of the audit log could not be written before the end')
    this.#queue = []
  }

  #noteNew(deed: AuditDeed): void {
    if (this.#isClosed || this.#queue.length >= this.#limits.queue) {
      this.#lost += 1
      return
    }
    this.#enter({ entry: this.#entryOf(deed) })
    if (this.#queue.length >= this.#limits.batch) this.#write()
    else if (!this.#writing) this.#timer ??= setTimeout(() => this.#write(), this.#limits.noteDelayMs)
  }

  #noteRepeated(options?: { readonly all: boolean }): void {
    for (const deed of this.#denials.take(this.#parts.clock.now(), options)) this.#noteNew(deed)
  }

  #enter(waiting: Waiting): void {
    this.#queue.push(waiting)
  }

  #entryOf(deed: AuditDeed): NewAuditEntry {
    return { ...deed, at: toIso(this.#parts.clock.now()) }
  }

  /** Begins to write unless that is under way, or has failed and waits. */
  #write(): void {
    if (this.#writing || this.#isClosed || this.#problem !== undefined) return
    this.#begin()
  }

  #begin(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#writing = this.#writeAll().finally(() => {
      this.#writing = undefined
      // Something may have come since the last look.
      if (this.#queue.length > 0) this.#write()
    })
  }

  async #writeAll(): Promise<void> {
    while (this.#queue.length > 0 && (await this.#writeBatch()));
  }

  /** False when the store is out of order, which ends the round. */
  async #writeBatch(): Promise<boolean> {
    const batch = this.#queue.slice(0, this.#limits.batch)
    try {
      await this.#append(batch)
      return true
    } catch (error) {
      if (!(error instanceof AppError && error.code === 'unavailable')) return this.#writeSingly(batch)
      this.#outOfOrder(error)
      return false
    }
  }

  /** Something in the batch is not to be written: the others must not wait for it for ever. */
  async #writeSingly(batch: readonly Waiting[]): Promise<boolean> {
    for (const waiting of batch) {
      try {
        await this.#append([waiting])
      } catch (error) {
        if (error instanceof AppError && error.code === 'unavailable') {
          this.#outOfOrder(error)
          return false
        }
        this.#queue.shift()
        this.#lost += 1
        this.#parts.log.error({ err: error, action: waiting.entry.action }, 'an entry of the audit log could not be written, and is lost')
        waiting.failed?.(notKept(error))
      }
    }
    return true
  }

  async #append(batch: readonly Waiting[]): Promise<void> {
    const lost = this.#lost
    const gap = lost > 0 ? [this.#entryOf(gapOf(lost))] : []
    await this.#parts.store.append([...batch.map(({ entry }) => entry), ...gap])
    this.#lost -= lost
    this.#queue.splice(0, batch.length)
    for (const { done } of batch) done?.()
    if (this.#problem !== undefined) this.#parts.log.info({}, 'the audit log can be written again')
    this.#problem = undefined
    this.#failures = 0
  }

  #outOfOrder(error: unknown): void {
    if (this.#problem === undefined)
      this.#parts.log.error({ err: error }, 'the audit log cannot be written; changes are refused until it can')
    this.#problem = `The audit log cannot be written: ${messageOf(error)}`
    // They stay in line all the same: what was done is to be found there, whatever its caller was told.
    const waiting = this.#queue
    this.#queue = waiting.map(({ entry }) => ({ entry }))
    for (const { failed } of waiting) failed?.(notKept(error))
    const pauseMs = Math.min(this.#limits.longestRetryMs, this.#limits.retryMs * 2 ** this.#failures++)
    clearTimeout(this.#timer)
    if (!this.#isClosed) this.#timer = setTimeout(() => this.#retry(), pauseMs)
  }

  #retry(): void {
    this.#timer = undefined
    if (!this.#writing && !this.#isClosed) this.#begin()
  }
}

function notKept(cause: unknown): AppError {
  return new AppError(
    'unavailable',
    'It may have been done, but the audit log could not be written. Look whether it was before you try again.',
    { cause },
  )
}

/** What tells a reader that something is missing. */
function gapOf(lost: number): AuditDeed {
  return { action: 'audit.gap', agentId: SYSTEM_ACTOR_ID, namespace: DEFAULT_NAMESPACE, outcome: 'failed', facts: { lost } }
}
