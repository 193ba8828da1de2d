import { AppError, invalidField } from '../../base/errors.ts'
import { branchArgumentsSchema } from '../../contract/workflow.ts'
import type { WorkflowStep } from '../../contract/workflow.ts'
import type { Expression } from './expression.ts'
import { cycleIn } from './step-graph.ts'
import { compileCondition, compileTemplate } from './template.ts'
import type { Template } from './template.ts'

/** A way out of a branch. */
export interface BranchCase {
  /** Absent for the way that is taken when no other is. */
  readonly when?: Expression
  readonly then: readonly string[]
}

/** A step with its words understood. */
export interface PlannedStep {
  readonly step: WorkflowStep
  /** All it waits for: named, read by its templates, and the branches that choose it. */
  readonly dependencies: readonly string[]
  readonly arguments: Template
  readonly when?: Expression
  /** For a `branch`: its ways, in order. */
  readonly cases?: readonly BranchCase[]
}

/** The steps of a workflow in an order in which each comes after what it waits for. */
export type WorkflowPlan = readonly PlannedStep[]

/** Understands the steps of a workflow. Throws `invalid_request` naming the step and what is wrong with it. */
export function planWorkflow(steps: readonly WorkflowStep[]): WorkflowPlan {
  const ids = new Set<string>()
  for (const { id } of steps) {
    if (ids.has(id)) throw invalidField('steps', `must have ids of their own: "${id}" is there twice`)
    ids.add(id)
  }
  const understood = steps.map(understand)
  const choosers = choosersOf(understood)
  const planned = understood.map((step): PlannedStep => {
    const named = [...step.step.depends_on, ...step.reads, ...(choosers.get(step.step.id) ?? [])]
    return { ...step, dependencies: [...new Set(named)] }
  })
  for (const { step, dependencies } of planned) requireKnown(step.id, dependencies, ids)
  const cycle = cycleIn(new Map(planned.map(({ step, dependencies }) => [step.id, dependencies])))
  if (cycle) {
    throw new AppError('invalid_request', `steps must not wait for each other in a circle: ${cycle.join(' -> ')}.`, {
      details: { field: 'steps', path: cycle },
    })
  }
  requireReachable(planned)
  return planned
}

interface Understood extends Omit<PlannedStep, 'dependencies'> {
  readonly reads: readonly string[]
}

function understand(step: WorkflowStep): Understood {
  const where = `steps.${step.id}`
  const when = step.when === undefined ? undefined : compileCondition(step.when, `${where}.when`)
  if (step.tool === 'branch') {
    const cases = branchCases(step, where)
    const reads = [...(when?.steps ?? []), ...cases.flatMap(({ when: condition }) => [...(condition?.steps ?? [])])]
    return { step, arguments: compileTemplate({}, where), cases, reads, ...(when && { when }) }
  }
  const template = compileTemplate(step.arguments, `${where}.arguments`)
  return { step, arguments: template, reads: [...template.steps, ...(when?.steps ?? [])], ...(when && { when }) }
}

function branchCases(step: WorkflowStep, where: string): BranchCase[] {
  const parsed = branchArgumentsSchema.safeParse(step.arguments)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw invalidField(
      `${where}.arguments`,
      `must be those of a branch, such as {"cases": [{"when": "steps.find.count > 0", "then": ["digest"]}], "else": []} (${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''})`,
    )
  }
  const cases = parsed.data.cases.map((way, index): BranchCase => ({
    when: compileCondition(way.when, `${where}.arguments.cases[${index}].when`),
    then: way.then,
  }))
  return [...cases, { then: parsed.data.else }]
}

/** Which branches choose each step. A step that a branch names waits for that branch. */
function choosersOf(steps: readonly Understood[]): Map<string, string[]> {
  const choosers = new Map<string, string[]>()
  const known = new Set(steps.map(({ step }) => step.id))
  for (const { step, cases } of steps) {
    for (const chosen of new Set(cases?.flatMap(({ then }) => then))) {
      if (!known.has(chosen)) throw invalidField(`steps.${step.id}.arguments`, `names "${chosen}", which is not a step of this workflow`)
      choosers.set(chosen, [...(choosers.get(chosen) ?? []), step.id])
    }
  }
  return choosers
}

function requireKnown(id: string, dependencies: readonly string[], known: ReadonlySet<string>): void {
  const missing = dependencies.find((dependency) => !known.has(dependency))
  if (missing === undefined) return
  throw invalidField(
    `steps.${id}`,
    `waits for or reads "${missing}", which is not a step of this workflow (steps: ${[...known].slice(0, 20).join(', ')})`,
  )
}

/** A step that no run could ever come to is a mistake of whoever wrote it. */
function requireReachable(plan: WorkflowPlan): void {
  const never = new Map<string, string>()
  const pending = [...plan]
  for (let changed = true; changed;) {
    changed = false
    for (const planned of pending) {
      const { step, dependencies } = planned
      if (never.has(step.id)) continue
      const why =
        whyNever(planned, plan) ??
        (dependencies.length > 0 && dependencies.every((id) => never.has(id)) ? never.get(dependencies[0] ?? '') : undefined)
      if (why === undefined) continue
      never.set(step.id, why)
      changed = true
    }
  }
  const [first] = never
  if (first) throw invalidField(`steps.${first[0]}`, `is unreachable: ${first[1]}`)
}

function whyNever({ step, when }: PlannedStep, plan: WorkflowPlan): string | undefined {
  if (when?.isConstant === true && when.evaluate({ steps: {}, input: {} }) === false) return `its condition "${when.text}" never holds`
  const branches = plan.filter(({ cases }) => cases?.some(({ then }) => then.includes(step.id)))
  if (branches.length === 0) return undefined
  const isChosen = branches.some(({ cases = [] }) => possibleCases(cases).some(({ then }) => then.includes(step.id)))
  return isChosen ? undefined : `no case of the branch "${branches[0]?.step.id ?? ''}" that names it can be taken`
}

/** The ways that some run could take: not those that never hold, and none behind one that always does. */
function possibleCases(cases: readonly BranchCase[]): BranchCase[] {
  const value = ({ when }: BranchCase): unknown => (when?.isConstant === true ? when.evaluate({ steps: {}, input: {} }) : undefined)
  const always = cases.findIndex((way) => value(way) === true)
  return cases.filter((way, index) => value(way) !== false && (always === -1 || index <= always))
}
