import type { Clock } from '../../base/clock.ts'
import { toIso } from '../../base/clock.ts'
import type { EventBus } from '../../base/event-bus.ts'
import { messageOf } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import { statSync } from 'node:fs'
import { pruneScheduled } from '../../storage/backup-files.ts'
import type { Backups } from './backups.ts'

export interface BackupScheduleOptions {
  /** Between two copies, in milliseconds; 0: none are made. */
  readonly intervalMs: number
  /** How many scheduled copies stay. */
  readonly keep: number
  /** How often to look at the clock, in milliseconds. */
  readonly lookMs: number
}

export interface BackupScheduleParts {
  readonly backups: Backups
  /** When the store was last written to, epoch milliseconds of the file system. */
  readonly lastWriteMs: () => number
  readonly clock: Clock
  readonly bus: EventBus
  readonly log: Log
}

/** After a failure, in milliseconds. */
const RETRY_MS = 3_600_000

/**
 * Makes a copy of the store when the last one is old enough and something was written since. Nothing changed costs two looks at a
 * file. What failed is told by `problem` until one succeeds.
 */
export class BackupSchedule {
  readonly #parts: BackupScheduleParts
  readonly #options: BackupScheduleOptions
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> | undefined
  #dueMs = 0
  #problem: string | undefined

  constructor(parts: BackupScheduleParts, options: BackupScheduleOptions) {
    this.#parts = parts
    this.#options = options
  }

  /** Why the last scheduled copy could not be made; undefined when it could. */
  get problem(): string | undefined {
    return this.#problem
  }

  start(): void {
    this.#timer = setInterval(() => void this.look(), this.#options.lookMs).unref()
  }

  /** One look. Never throws. */
  look(): Promise<void> {
    this.#running ??= this.#look().finally(() => {
      this.#running = undefined
    })
    return this.#running
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.#running
  }

  async #look(): Promise<void> {
    const { backups, lastWriteMs, clock, log } = this.#parts
    const { intervalMs, keep } = this.#options
    if (intervalMs === 0) {
      this.#settle(undefined)
      return
    }
    const nowMs = clock.now()
    // A wall clock that was set back must not put the next copy off for longer than an interval.
    if (nowMs < this.#dueMs && this.#dueMs - nowMs <= Math.max(intervalMs, RETRY_MS)) return
    try {
      const newest = backups.list().find(({ kind }) => kind === 'scheduled')
      const madeMs = newest === undefined ? undefined : Date.parse(newest.created_at)
      if (madeMs !== undefined && nowMs < madeMs + intervalMs && madeMs <= nowMs) {
        this.#dueMs = madeMs + intervalMs
        return
      }
      const writtenMs = lastWriteMs()
      const holdsUntilMs = newest === undefined ? undefined : Math.floor(statSync(newest.file).mtimeMs)
      if (holdsUntilMs === writtenMs) {
        // Nothing to copy; the next look is as cheap as this one.
        this.#settle(undefined)
        return
      }
      const { name, bytes } = await backups.make('scheduled', writtenMs)
      const pruned = pruneScheduled(backups.folder, keep)
      this.#dueMs = nowMs + intervalMs
      this.#settle(undefined)
      log.info({ backup: name, bytes, pruned }, 'the store was backed up')
    } catch (error) {
      this.#dueMs = nowMs + Math.min(RETRY_MS, intervalMs)
      log.error({ err: error }, 'the scheduled backup failed; it will be tried again')
      this.#settle(`The scheduled backup failed: ${messageOf(error)}`)
    }
  }

  #settle(problem: string | undefined): void {
    if (problem === this.#problem) return
    this.#problem = problem
    const { bus, clock } = this.#parts
    const status = problem === undefined ? 'healthy' : 'degraded'
    const message = problem === undefined ? {} : { message: problem }
    bus.publish({ event: { type: 'health-changed', at: toIso(clock.now()), part: 'storage', status, ...message } })
  }
}
