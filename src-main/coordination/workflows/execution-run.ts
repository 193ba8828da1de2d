import { toIso } from '../../base/clock.ts'
import type { Clock } from '../../base/clock.ts'
import { AppError, messageOf } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import type { ExecutionStatus, RunError, WorkflowStep } from '../../contract/workflow.ts'
import type { ExecutionChange, ExecutionStore, RunnableExecution } from '../../storage/execution-store.ts'
import { cutToSize } from './cut-output.ts'
import type { ExecutionAnnouncer } from './execution-announcer.ts'
import { RunProgress } from './run-progress.ts'
import { RunSteps } from './run-steps.ts'
import { attemptStep } from './step-attempt.ts'
import type { CallTool } from './step-attempt.ts'
import { Wakeup } from './wakeup.ts'
import type { WorkflowLimits } from './workflow-limits.ts'
import { planWorkflow } from './workflow-plan.ts'

export interface RunParts {
  readonly store: ExecutionStore
  readonly runnerId: string
  readonly callTool: CallTool
  readonly announcer: ExecutionAnnouncer
  readonly clock: Clock
  readonly log: Log
  readonly limits: WorkflowLimits
}

/** Attempts of one run that may be under way at once. */
const MAX_PARALLEL = 8
/** How long steps that were told to stop may take until they are given up, in milliseconds. */
const STOP_GRACE_MS = 2_000

/**
 * One run, from where it was to its end. What a step came to is on disk before any other builds on it, and that a step begins is on
 * disk before its tool is called: after a crash every step is known to have ended, not to have begun, or to be in doubt.
 */
export class ExecutionRun {
  readonly id: string
  readonly isNested: boolean
  readonly #runnable: RunnableExecution
  readonly #parts: RunParts
  readonly #stop = new AbortController()
  readonly #wakeup: Wakeup
  readonly #attempts = new Map<string, Promise<void>>()
  #status: ExecutionStatus
  #isStarted: boolean
  #cancelReason: string | undefined
  /** Given up without an end: another runner, or a later start, takes it up. */
  #isAbandoned = false

  constructor(runnable: RunnableExecution, parts: RunParts) {
    this.id = runnable.execution.id
    this.isNested = runnable.execution.depth > 0
    this.#runnable = runnable
    this.#parts = parts
    this.#wakeup = new Wakeup(parts.clock)
    this.#status = runnable.execution.status
    this.#isStarted = runnable.execution.started_at !== undefined
    this.#cancelReason = runnable.cancel?.reason
  }

  /** Runs to the end, or until it is given up. Never throws. */
  async run(): Promise<void> {
    try {
      const progress = this.#plan()
      if (progress instanceof Error)
        await this.#save('failed', undefined, { ...this.#ending(), error: { code: 'invalid_request', message: progress.message } })
      else await this.#go(progress)
    } catch (error) {
      // The store is down or full: the run stays as it is on disk and is taken up again when its lease has lapsed.
      this.#parts.log.error({ err: error, execution: this.id }, `a run stopped and will be taken up again: ${messageOf(error)}`)
    } finally {
      this.#stop.abort(new AppError('unavailable', 'The run has ended.'))
    }
  }

  cancel(reason: string): void {
    this.#cancelReason ??= reason
    this.#wakeup.signal()
  }

  /** Begins nothing further and leaves the rest to whoever takes it up; what is under way may end within `graceMs`. */
  async abandon(graceMs: number): Promise<void> {
    await Promise.race([Promise.all(this.#attempts.values()), pause(graceMs)])
    this.#isAbandoned = true
    this.#wakeup.signal()
    this.#stop.abort(new AppError('unavailable', 'The server is stopping.'))
  }

  /** An error when another version of the program wrote it, whose rules were others. */
  #plan(): RunProgress | Error {
    const { execution, definition } = this.#runnable
    try {
      const steps = new RunSteps(planWorkflow(definition), execution.steps, execution.input)
      return new RunProgress(steps, this.#parts.clock, this.#parts.limits.maxOutputBytes)
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error))
    }
  }

  async #go(progress: RunProgress): Promise<void> {
    const { clock, limits } = this.#parts
    const deadlineMs = Date.parse(this.#runnable.execution.created_at) + limits.maxSeconds * 1000
    progress.recover()
    while (!this.#isAbandoned) {
      if (this.#cancelReason !== undefined)
        return this.#finishEarly(progress, 'cancelled', { code: 'cancelled', message: this.#cancelReason })
      if (clock.now() >= deadlineMs) return this.#finishEarly(progress, 'failed', tookTooLong(limits.maxSeconds))
      const begun = progress.begin(MAX_PARALLEL - this.#attempts.size)
      const isActive = this.#attempts.size + begun.length > 0
      if (!isActive && (progress.failure ?? !progress.isWaiting)) return this.#finish(progress)
      if (!(await this.#save(isActive ? 'running' : 'waiting', progress))) return
      for (const { step } of begun) this.#launch(step, progress)
      await this.#wakeup.wait(Math.min(deadlineMs, progress.wakesAtMs))
    }
  }

  #launch(step: WorkflowStep, progress: RunProgress): void {
    const { execution, scope } = this.#runnable
    const run = progress.steps.get(step.id)
    const origin = {
      key: `${this.id}/${step.id}`,
      beganAtMs: Date.parse(run.started_at ?? execution.created_at),
      executionId: this.id,
      rootExecutionId: execution.root_execution_id,
      depth: execution.depth,
    }
    const call = { tool: step.tool, args: run.input ?? {}, scope, origin }
    const attempt = attemptStep(step, call, this.#stop.signal, this.#parts).then((end) => {
      this.#attempts.delete(step.id)
      // What was told to stop is dealt with by whoever told it.
      if (!this.#stop.signal.aborted) progress.note(step, end)
      this.#wakeup.signal()
    })
    this.#attempts.set(step.id, attempt)
  }

  async #finish(progress: RunProgress): Promise<void> {
    const { failure } = progress
    if (failure) progress.closeOpen(`Not run: the step "${failure.step_id ?? ''}" failed.`)
    await this.#save(failure ? 'failed' : 'completed', progress, { ...this.#ending(progress), ...(failure && { error: failure }) })
  }

  async #finishEarly(progress: RunProgress, status: 'cancelled' | 'failed', error: RunError): Promise<void> {
    const ended = [...this.#attempts].map(([, attempt]) => attempt)
    this.#stop.abort(new AppError('unavailable', error.message))
    await Promise.race([Promise.all(ended), pause(STOP_GRACE_MS)])
    progress.closeOpen(status === 'cancelled' ? `Cancelled: ${error.message}` : error.message)
    await this.#save(status, progress, { ...this.#ending(progress), error })
  }

  #ending(progress?: RunProgress): Partial<ExecutionChange> {
    const { value, isCut } = cutToSize(progress?.steps.finalOutput() ?? {}, this.#parts.limits.maxOutputBytes)
    // Made from an object, so it is one, or null when it could not be cut.
    const output = (value ?? {}) as Record<string, unknown>
    return { completedAt: toIso(this.#parts.clock.now()), output, ...(isCut && { outputTruncated: true }) }
  }

  /** Keeps what has changed, then announces it. False when this runner may no longer write: another has taken the run over. */
  async #save(status: ExecutionStatus, progress: RunProgress | undefined, more: Partial<ExecutionChange> = {}): Promise<boolean> {
    const steps = progress?.steps.takeChanged() ?? []
    if (status === this.#status && steps.length === 0) return true
    const change = { status, steps, ...(!this.#isStarted && { startedAt: toIso(this.#parts.clock.now()) }), ...more }
    if (!(await this.#parts.store.record(this.id, this.#parts.runnerId, change))) {
      this.#parts.log.warn({ execution: this.id }, 'a run was taken over by another server')
      return false
    }
    this.#isStarted = true
    this.#parts.announcer.changed(this.#runnable.execution, { status, before: this.#status, steps, all: progress?.steps.all() ?? [] })
    this.#status = status
    return true
  }
}

function tookTooLong(maxSeconds: number): RunError {
  return { code: 'unavailable', message: `The run took longer than the ${maxSeconds} s that TMWS_WORKFLOW_MAX_SECONDS allows.` }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref()
  })
}
