import { ENDED_STATES } from '../../contract/workflow.ts'
import type { StepRun } from '../../contract/workflow.ts'
import type { RunData } from './expression.ts'
import type { PlannedStep, WorkflowPlan } from './workflow-plan.ts'

/** What a run has come to, step by step. */
export class RunSteps {
  readonly plan: WorkflowPlan
  readonly #runs: Map<string, StepRun>
  readonly #input: Readonly<Record<string, unknown>>
  readonly #changed = new Set<string>()

  constructor(plan: WorkflowPlan, runs: readonly StepRun[], input: Readonly<Record<string, unknown>>) {
    this.plan = plan
    this.#runs = new Map(runs.map((run) => [run.id, run]))
    this.#input = input
  }

  get(id: string): StepRun {
    const run = this.#runs.get(id)
    if (!run) throw new Error(`The run has no step "${id}"`)
    return run
  }

  all(): StepRun[] {
    return [...this.#runs.values()]
  }

  /** Changes a step, with a line for its log. */
  set(id: string, change: Partial<StepRun>, log?: { readonly at: string; readonly message: string }): void {
    const { wake_at: wakeAt, error, ...rest } = this.get(id)
    const status = change.status ?? rest.status
    this.#runs.set(id, {
      ...rest,
      // What a step waited for, and why an attempt failed, is over when it is.
      ...(status === 'waiting' && wakeAt !== undefined && { wake_at: wakeAt }),
      ...(status !== 'completed' && error && { error }),
      ...change,
      logs: log ? [...rest.logs, log].slice(-MAX_LOGS) : rest.logs,
    })
    this.#changed.add(id)
  }

  /** The steps that have changed since they were last taken. */
  takeChanged(): StepRun[] {
    const changed = [...this.#changed].map((id) => this.get(id))
    this.#changed.clear()
    return changed
  }

  /** Queued steps whose dependencies have all ended. */
  ready(): PlannedStep[] {
    return this.plan.filter(
      ({ step, dependencies }) => this.get(step.id).status === 'queued' && dependencies.every((id) => this.hasEnded(id)),
    )
  }

  hasEnded(id: string): boolean {
    return ENDED_STATES.includes(this.get(id).status)
  }

  /** Why a step that is ready is not to run, or undefined. Conditions of its own are another matter. */
  skipReason({ step, dependencies }: PlannedStep): string | undefined {
    const branches = this.plan.filter(({ cases }) => cases?.some(({ then }) => then.includes(step.id)))
    const chosen = branches.some((branch) => chosenBy(this.get(branch.step.id)).includes(step.id))
    if (branches.length > 0 && !chosen) return `Skipped: the branch "${branches[0]?.step.id ?? ''}" chose another way.`
    const areAllSkipped = dependencies.length > 0 && dependencies.every((id) => this.get(id).status === 'skipped')
    return areAllSkipped ? 'Skipped: all that it waits for was skipped.' : undefined
  }

  /** What templates read: outputs of completed steps, and of failed ones the error. A skipped step has nothing to read. */
  data(): RunData {
    const steps = this.all().flatMap((run): [string, unknown][] => {
      if (run.status === 'completed') return [[run.id, run.output ?? {}]]
      return run.status === 'failed' ? [[run.id, { error: run.error ?? {} }]] : []
    })
    return { steps: Object.fromEntries(steps), input: this.#input }
  }

  /** The outputs that no other step waited for, by step. */
  finalOutput(): Record<string, unknown> {
    const waitedFor = new Set(this.plan.flatMap(({ dependencies }) => dependencies))
    return Object.fromEntries(
      this.all().flatMap((run) => (run.status === 'completed' && !waitedFor.has(run.id) ? [[run.id, run.output ?? {}]] : [])),
    )
  }
}

/** Lines kept of one step. */
const MAX_LOGS = 100

function chosenBy(branch: StepRun): readonly string[] {
  const output = branch.status === 'completed' ? (branch.output as { steps?: unknown } | undefined) : undefined // written by the run
  return Array.isArray(output?.steps) ? (output.steps as string[]) : []
}
