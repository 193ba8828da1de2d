import { toIso } from '../../base/clock.ts'
import { messageOf } from '../../base/errors.ts'
import { deadProcesses, forgetProcessName, newProcessName } from '../../base/process-names.ts'
import type { LeaseClaim } from '../../storage/execution-store.ts'
import { ExecutionRun } from './execution-run.ts'
import type { RunParts } from './execution-run.ts'

/** A lease that is not renewed for this long is anybody's, in milliseconds. */
const LEASE_MS = 15_000
const RENEW_MS = 5_000
/** Nested runs hold no place of their own: those that wait for them have one. This only bounds one look. */
const NESTED_AT_ONCE = 100
const PURGE_MS = 3_600_000
/** How long steps under way may go on when the server stops, in milliseconds. */
const STOP_GRACE_MS = 5_000

/**
 * Takes up runs and sees them to their end: those that were queued, and those that a server which is gone has left behind. Several
 * servers may share a store: each run is held by one, as long as that one keeps its lease.
 */
export class WorkflowEngine {
  readonly #parts: RunParts
  readonly #runs = new Map<string, { readonly run: ExecutionRun; readonly ended: Promise<void> }>()
  #renewTimer: NodeJS.Timeout | undefined
  #purgeTimer: NodeJS.Timeout | undefined
  #looking: Promise<void> | undefined
  #isDue = false
  #isClosed = false

  constructor(parts: Omit<RunParts, 'runnerId'>) {
    this.#parts = { ...parts, runnerId: newProcessName() }
  }

  start(): void {
    this.#renewTimer = setInterval(() => void this.#renew(), RENEW_MS).unref()
    this.#purgeTimer = setInterval(() => void this.#purge(), PURGE_MS).unref()
    this.poke()
    void this.#purge()
  }

  /** There may be something to take up. */
  poke(): void {
    this.#isDue = true
    if (this.#isClosed) return
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined
      if (this.#isDue) this.poke()
    })
  }

  /** Tells runs that are under way here to end; others hear it from the store. */
  cancelHere(ids: readonly string[], reason: string): void {
    for (const id of ids) this.#runs.get(id)?.run.cancel(reason)
    // One that nobody has taken up yet is taken up to be ended.
    this.poke()
  }

  /** Begins nothing further, lets steps under way end for a moment, and gives every run back. */
  async close(): Promise<void> {
    this.#isClosed = true
    clearInterval(this.#renewTimer)
    clearInterval(this.#purgeTimer)
    await this.#looking
    const running = [...this.#runs.values()]
    await Promise.all(running.map(({ run }) => run.abandon(STOP_GRACE_MS)))
    await Promise.all(running.map(({ ended }) => ended))
    await this.#parts.store.release(this.#parts.runnerId).catch((error: unknown) => this.#complain(error, 'runs could not be given back'))
    forgetProcessName(this.#parts.runnerId)
  }

  async #look(): Promise<void> {
    this.#isDue = false
    try {
      const { store, clock, limits, runnerId } = this.#parts
      const nowMs = clock.now()
      const dead = deadProcesses(await store.runners(toIso(nowMs)))
      const claim = { runnerId, now: toIso(nowMs), leaseUntil: toIso(nowMs + LEASE_MS), dead }
      const places = limits.maxRunning - [...this.#runs.values()].filter(({ run }) => !run.isNested).length
      await this.#take({ ...claim, limit: NESTED_AT_ONCE, onlyNested: true })
      if (places > 0) await this.#take({ ...claim, limit: places })
    } catch (error) {
      this.#complain(error, 'runs could not be taken up; the next round tries again')
    }
  }

  async #take(claim: LeaseClaim): Promise<void> {
    for (const runnable of await this.#parts.store.claim(claim)) {
      // Still winding up here after its lease had lapsed.
      await this.#runs.get(runnable.execution.id)?.ended
      const run = new ExecutionRun(runnable, this.#parts)
      const ended = run.run().finally(() => {
        this.#runs.delete(run.id)
        this.poke()
      })
      this.#runs.set(run.id, { run, ended })
    }
  }

  async #renew(): Promise<void> {
    try {
      const ids = [...this.#runs.keys()]
      if (ids.length > 0) await this.#renewOf(ids)
    } catch (error) {
      this.#complain(error, 'leases could not be renewed')
    }
    this.poke()
  }

  async #renewOf(ids: readonly string[]): Promise<void> {
    const { store, runnerId, clock } = this.#parts
    const nowMs = clock.now()
    const { held, toCancel } = await store.renew({ runnerId, ids, now: toIso(nowMs), leaseUntil: toIso(nowMs + LEASE_MS) })
    for (const { id, reason } of toCancel) this.#runs.get(id)?.run.cancel(reason)
    // A laptop that slept has lost its leases; what it runs may be another's by now.
    for (const id of ids) if (!held.includes(id)) void this.#runs.get(id)?.run.abandon(0)
  }

  async #purge(): Promise<void> {
    const { store, clock, limits } = this.#parts
    const before = toIso(clock.now() - limits.keepDays * 86_400_000)
    await store.purge(before).catch((error: unknown) => this.#complain(error, 'old runs could not be erased'))
  }

  #complain(error: unknown, what: string): void {
    this.#parts.log.error({ err: error }, `${what}: ${messageOf(error)}`)
  }
}
