import type { Clock } from '../../base/clock.ts'
import { toIso } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import { DEFAULT_NAMESPACE, SYSTEM_ACTOR_ID } from '../../contract/protocol.ts'
import type { AuditStore } from '../../storage/audit-store.ts'
import { PRUNE_ACTION } from './verify-chain.ts'

export interface AuditRetentionParts {
  readonly store: AuditStore
  readonly clock: Clock
  readonly log: Log
  /** Where several machines share a store: asks for the turn of a round, undefined while another has it. */
  readonly takeTurn?: () => Promise<{ release(): void } | undefined>
}

export interface AuditRetentionOptions {
  readonly keepDays: number
}

const DAY_MS = 86_400_000
const INTERVAL_MS = 3_600_000
/** Entries of one transaction: short ones, since appending waits for them. */
const BATCH = 1_000

/** Removes entries of the audit log that are older than they are to be kept, from its beginning on. */
export class AuditRetention {
  readonly #parts: AuditRetentionParts
  readonly #options: AuditRetentionOptions
  #timer: NodeJS.Timeout | undefined
  #sweeping: Promise<void> | undefined
  #isClosed = false

  constructor(parts: AuditRetentionParts, options: AuditRetentionOptions) {
    this.#parts = parts
    this.#options = options
  }

  start(): void {
    this.#timer = setInterval(() => void this.sweep(), INTERVAL_MS).unref()
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
    this.#isClosed = true
    clearInterval(this.#timer)
    await this.#sweeping
  }

  async #sweepOnce(): Promise<void> {
    const { store, takeTurn, log } = this.#parts
    let turn: { release(): void } | undefined
    try {
      turn = await takeTurn?.()
      if (takeTurn && !turn) return
      let total = 0
      for (let removed = BATCH; removed > 0 && !this.#isClosed; total += removed) removed = await this.#removeSome(store)
      if (total > 0) log.info({ removed: total, keep_days: this.#options.keepDays }, 'old entries of the audit log were removed')
    } catch (error) {
      log.error({ err: error }, 'the retention of the audit log failed; the next round tries again')
    } finally {
      turn?.release()
    }
  }

  #removeSome(store: AuditStore): Promise<number> {
    const nowMs = this.#parts.clock.now()
    const now = toIso(nowMs)
    const note = { at: now, action: PRUNE_ACTION, agentId: SYSTEM_ACTOR_ID, namespace: DEFAULT_NAMESPACE, outcome: 'ok' } as const
    return store.prune({ before: toIso(nowMs - this.#options.keepDays * DAY_MS), now, limit: BATCH, note })
  }
}
