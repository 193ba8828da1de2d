import type { Clock } from '../base/clock.ts'
import { toIso } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import type { MemoryStore } from '../storage/memory-store.ts'

export interface RetentionParts {
  readonly store: MemoryStore
  readonly clock: Clock
  readonly log: Log
  /** Where several machines share a store: asks for the turn of a round, undefined while another has it. */
  readonly takeTurn?: () => Promise<{ release(): void } | undefined>
}

export interface RetentionOptions {
  /** How often to look, in milliseconds. */
  readonly intervalMs: number
  /** Days a memory stays in the trash before it is erased. */
  readonly trashDays: number
}

/** Moves what has expired to the trash, empties the trash of what has long been in it, and lets the store put itself in order. */
export class Retention {
  readonly #store: MemoryStore
  readonly #clock: Clock
  readonly #log: Log
  readonly #takeTurn: RetentionParts['takeTurn']
  readonly #options: RetentionOptions
  readonly #closing = new AbortController()
  #timer: NodeJS.Timeout | undefined
  #sweeping: Promise<void> | undefined

  constructor(parts: RetentionParts, options: RetentionOptions) {
    this.#store = parts.store
    this.#clock = parts.clock
    this.#log = parts.log
    this.#takeTurn = parts.takeTurn
    this.#options = options
  }

  start(): void {
    this.#timer = setInterval(() => void this.sweep(), this.#options.intervalMs).unref()
    void this.sweep()
  }

  /** One round. Never throws: a failed round is logged, and the next one finds the same work. */
  sweep(): Promise<void> {
    this.#sweeping ??= this.#sweepOnce().finally(() => {
      this.#sweeping = undefined
    })
    return this.#sweeping
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    this.#closing.abort()
    await this.#sweeping
  }

  async #sweepOnce(): Promise<void> {
    let turn: Awaited<ReturnType<NonNullable<RetentionParts['takeTurn']>>>
    try {
      turn = await this.#takeTurn?.()
      // Whoever has it sweeps for all.
      if (this.#takeTurn && !turn) return
      const nowMs = this.#clock.now()
      const expired = await this.#store.expire(toIso(nowMs))
      const erased = await this.#store.emptyTrash(toIso(nowMs - this.#options.trashDays * 86_400_000))
      if (expired + erased > 0) this.#log.info({ expired, erased }, 'expired memories went to the trash, old trash was erased')
      await this.#store.upkeep?.(this.#closing.signal)
    } catch (error) {
      if (!this.#closing.signal.aborted) this.#log.error({ err: error }, 'the retention round failed; the next one tries again')
    } finally {
      turn?.release()
    }
  }
}
