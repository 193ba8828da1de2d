import { toIso } from '../../base/clock.ts'
import type { Clock } from '../../base/clock.ts'
import { AppError, toErrorBody } from '../../base/errors.ts'
import type { RunError, WorkflowStep } from '../../contract/workflow.ts'
import { cutToSize } from './cut-output.ts'
import { holds } from './expression.ts'
import { isRepeatable } from './repeatable.ts'
import type { RunSteps } from './run-steps.ts'
import type { AttemptEnd } from './step-attempt.ts'
import type { PlannedStep } from './workflow-plan.ts'

/** The longest pause between two attempts. */
const MAX_BACKOFF_SECONDS = 3_600

/** What becomes of the steps of a run, moment by moment. Decides only: calling tools and keeping the outcome is the run's business. */
export class RunProgress {
  readonly steps: RunSteps
  readonly #clock: Clock
  readonly #maxOutputBytes: number
  #failure: RunError | undefined

  constructor(steps: RunSteps, clock: Clock, maxOutputBytes: number) {
    this.steps = steps
    this.#clock = clock
    this.#maxOutputBytes = maxOutputBytes
    for (const { step } of steps.plan) {
      const run = steps.get(step.id)
      if (run.status === 'failed' && step.on_error === 'halt') this.#failure ??= run.error
    }
  }

  /** Why the run has failed: nothing further begins. */
  get failure(): RunError | undefined {
    return this.#failure
  }

  get isWaiting(): boolean {
    return this.steps.all().some(({ status }) => status === 'waiting')
  }

  /** When the first waiting step is to go on, epoch milliseconds; infinite when none waits. */
  get wakesAtMs(): number {
    return Math.min(
      ...this.steps.all().map((run) => (run.status === 'waiting' && run.wake_at !== undefined ? Date.parse(run.wake_at) : Infinity)),
    )
  }

  /** After a crash: what was under way is done again where that is harmless, and else fails and says so. */
  recover(): void {
    for (const { step } of this.steps.plan) {
      const run = this.steps.get(step.id)
      if (run.status !== 'running') continue
      if (isRepeatable(step.tool, run.input ?? {})) {
        this.#set(step.id, { status: 'queued' }, 'The server ended while this ran; it is safe to repeat, and runs again.')
      } else {
        const message = `The server ended while this ran. It is not known whether ${step.tool} was carried out, and it must not be done twice: check, then start a new run.`
        this.#fail(step, { code: 'unavailable', message, step_id: step.id })
      }
    }
  }

  /** Marks up to `places` steps that can begin now as running; skips, waits and branches happen at once and may let others begin. */
  begin(places: number): PlannedStep[] {
    this.#wakeWaiting()
    const begun: PlannedStep[] = []
    for (let isMoving = true; isMoving;) {
      isMoving = false
      for (const planned of this.steps.ready()) {
        if (this.#failure || begun.length >= places) return begun
        if (this.#beginOne(planned)) begun.push(planned)
        else isMoving = true
      }
    }
    return begun
  }

  /** Takes in how an attempt ended. */
  note(step: WorkflowStep, end: AttemptEnd): void {
    if (end.kind === 'done') {
      const { value, isCut } = cutToSize(end.output, this.#maxOutputBytes)
      const cut = isCut ? ` Its output was over ${this.#maxOutputBytes} bytes and is cut.` : ''
      this.#complete(step.id, { output: value, ...(isCut && { output_truncated: true }) }, `Completed.${cut}`)
      return
    }
    const { attempts } = this.steps.get(step.id)
    if (!step.retries || attempts > step.retries.max || !end.mayRetry) {
      this.#fail(step, end.error)
      return
    }
    const seconds = Math.min(step.retries.backoff * 2 ** (attempts - 1), MAX_BACKOFF_SECONDS)
    const wakeAt = toIso(this.#clock.now() + seconds * 1000)
    const message = `Attempt ${attempts} failed (${end.error.message}); the next one at ${wakeAt}.`
    this.#set(step.id, { status: 'waiting', wake_at: wakeAt, error: end.error }, message)
  }

  /** Ends every step that has not ended. */
  closeOpen(message: string): void {
    for (const run of this.steps.all()) {
      if (this.steps.hasEnded(run.id)) continue
      const doubt = run.status === 'running' ? ' It was under way and told to stop; what it had done stays done.' : ''
      this.#set(run.id, { status: 'cancelled', completed_at: this.#now() }, message + doubt)
    }
  }

  /** True if its tool is to be called; false if it was dealt with. */
  #beginOne(planned: PlannedStep): boolean {
    const { step } = planned
    const run = this.steps.get(step.id)
    const started = { started_at: run.started_at ?? this.#now(), attempts: run.attempts + 1 }
    try {
      const skipReason = run.attempts > 0 ? undefined : this.#skipReason(planned)
      if (skipReason !== undefined) {
        this.#set(step.id, { status: 'skipped', completed_at: this.#now() }, skipReason)
        return false
      }
      if (planned.cases) {
        this.#set(step.id, started)
        this.#takeWay(planned, planned.cases)
        return false
      }
      const input = planned.arguments.render(this.steps.data()) as Record<string, unknown> // a template of an object is an object
      if (step.tool === 'wait') {
        const wakeAt = wakeTimeOf(input, this.#clock.now())
        this.#set(step.id, { ...started, input, status: 'waiting', wake_at: wakeAt }, `Waits until ${wakeAt}.`)
        return false
      }
      this.#set(step.id, { ...started, input, status: 'running' }, `Attempt ${started.attempts}.`)
      return true
    } catch (error) {
      const { code, message } = toErrorBody(error)
      this.#set(step.id, started)
      this.#fail(step, { code, message, step_id: step.id })
      return false
    }
  }

  #skipReason(planned: PlannedStep): string | undefined {
    const reason = this.steps.skipReason(planned)
    if (reason !== undefined || !planned.when || holds(planned.when, this.steps.data())) return reason
    return `Skipped: the condition "${planned.when.text}" does not hold.`
  }

  #takeWay({ step }: PlannedStep, cases: NonNullable<PlannedStep['cases']>): void {
    const data = this.steps.data()
    const taken = cases.findIndex(({ when }) => when === undefined || holds(when, data))
    const chosen = cases[taken]?.when === undefined ? 'else' : taken
    this.#complete(step.id, { output: { chosen, steps: cases[taken]?.then ?? [] } }, `Took the way ${JSON.stringify(chosen)}.`)
  }

  #wakeWaiting(): void {
    const nowMs = this.#clock.now()
    for (const { step } of this.steps.plan) {
      const run = this.steps.get(step.id)
      if (run.status !== 'waiting' || run.wake_at === undefined || Date.parse(run.wake_at) > nowMs) continue
      if (step.tool === 'wait') this.#complete(step.id, { output: { waited_until: run.wake_at } }, 'The wait is over.')
      else this.#set(step.id, { status: 'queued' })
    }
  }

  #complete(id: string, change: Parameters<RunSteps['set']>[1], message: string): void {
    this.#set(id, { ...change, status: 'completed', completed_at: this.#now() }, message)
  }

  #fail(step: WorkflowStep, error: RunError): void {
    this.#set(step.id, { status: 'failed', completed_at: this.#now(), error }, `Failed: ${error.message}`)
    if (step.on_error === 'halt') this.#failure ??= error
  }

  #set(id: string, change: Parameters<RunSteps['set']>[1], message?: string): void {
    this.steps.set(id, change, message === undefined ? undefined : { at: this.#now(), message })
  }

  #now(): string {
    return toIso(this.#clock.now())
  }
}

function wakeTimeOf(input: Readonly<Record<string, unknown>>, nowMs: number): string {
  const { seconds, until } = input
  if (typeof seconds === 'number' && seconds >= 0 && until === undefined) return toIso(nowMs + seconds * 1000)
  if (typeof until === 'string' && seconds === undefined && !Number.isNaN(Date.parse(until))) return toIso(Date.parse(until))
  throw new AppError(
    'invalid_request',
    `wait needs seconds (0 or more) or until (an ISO 8601 time); got ${JSON.stringify(input).slice(0, 100)}.`,
  )
}
