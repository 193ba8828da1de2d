import { toIso } from '../../base/clock.ts'
import type { Clock } from '../../base/clock.ts'
import { AppError, invalidField, notFound } from '../../base/errors.ts'
import type { EventBus } from '../../base/event-bus.ts'
import { idFromKey, newId } from '../../base/ids.ts'
import type { WorkflowEvent } from '../../contract/events.ts'
import type { Scope } from '../../contract/scope.ts'
import type { ToolOutput } from '../../contract/tools.ts'
import type { Workflow, WorkflowStep } from '../../contract/workflow.ts'
import { isStaleWorkflow, requireWorkflowVersion } from '../../storage/workflow-store.ts'
import type { WorkflowStore } from '../../storage/workflow-store.ts'
import { EXAMPLES } from './examples/index.ts'
import type { RunOrigin } from './run-origin.ts'
import { checkSchedule, nextRunAt } from './schedule.ts'
import { checkStep } from './step-check.ts'
import { requireOperationFields } from './workflow-arguments.ts'
import type { WorkflowArguments } from './workflow-arguments.ts'
import type { WorkflowLimits } from './workflow-limits.ts'
import { planWorkflow } from './workflow-plan.ts'

export interface WorkflowServiceParts {
  readonly store: WorkflowStore
  readonly clock: Clock
  readonly bus: EventBus
  readonly limits: Pick<WorkflowLimits, 'maxSteps'>
  /** A schedule has come, changed or gone. */
  readonly scheduleChanged: () => void
}

type Answer = ToolOutput<'manage_workflow'>

/** A change of a workflow meets others only by chance: more tries than that means something else is wrong. */
const MAX_TRIES = 20

/** The workflows of each namespace: what they are and who may change them. */
export class WorkflowService {
  readonly #parts: WorkflowServiceParts

  constructor(parts: WorkflowServiceParts) {
    this.#parts = parts
  }

  /**
   * One operation on workflows. Throws `invalid_request` naming step and field, `not_found` for a workflow out of sight, `forbidden`
   * for changing another's, and `conflict` for a name that is taken or a version that has gone by.
   */
  async manage(args: WorkflowArguments, scope: Scope, origin?: RunOrigin): Promise<Answer> {
    requireOperationFields(args)
    switch (args.operation) {
      case 'create':
        return { workflow: await this.#create(args, scope, origin) }
      case 'get':
        return { workflow: await this.require(args, scope) }
      case 'list':
        return this.#list(args, scope)
      case 'update':
        return { workflow: await this.#retried(args, scope, (known) => this.#update(known, args, scope)) }
      case 'delete':
        return { workflow: await this.#retried(args, scope, (known) => this.#delete(known, scope)), deleted: true }
    }
  }

  /** The workflow of an id, or of a name in the caller's namespace. Throws `not_found`, and `invalid_request` unless one of both is given. */
  async require(which: { readonly workflow_id?: string | undefined; readonly name?: string | undefined }, scope: Scope): Promise<Workflow> {
    const { workflow_id: id, name } = which
    if (id !== undefined) {
      const workflow = await this.#parts.store.get(id, scope)
      if (!workflow) throw notFound('workflow', id)
      return workflow
    }
    if (name === undefined) throw invalidField('workflow_id', 'or name is required')
    const workflow = await this.#parts.store.getByName(name, scope)
    if (!workflow) throw notFound('workflow', `"${name}"`)
    return workflow
  }

  async #create(args: WorkflowArguments, scope: Scope, origin: RunOrigin | undefined): Promise<Workflow> {
    const example = args.example === undefined ? undefined : EXAMPLES[args.example]
    const name = args.name ?? example?.name
    const steps = args.steps ?? example?.steps
    if (name === undefined) throw invalidField('name', 'is required for operation "create" (or example)')
    if (steps === undefined) throw invalidField('steps', 'is required for operation "create" (or example)')
    this.#check(steps)
    const id = origin ? idFromKey(origin.key, origin.beganAtMs) : newId()
    const known = origin && (await this.#parts.store.get(id, scope))
    if (known) return known
    const nowMs = this.#parts.clock.now()
    const description = args.description ?? example?.description
    // An example proposes a time, but starts by itself only when asked to.
    const schedule = args.schedule ?? undefined
    if (schedule) checkSchedule(schedule)
    const next = nextRunAt(schedule, nowMs)
    const workflow: Workflow = {
      id,
      name,
      ...(description !== undefined && { description }),
      steps: [...steps],
      ...(schedule && { schedule }),
      ...(next !== undefined && { next_run_at: next }),
      version: 1,
      created_by: scope.agentId,
      namespace: scope.namespace,
      created_at: toIso(nowMs),
      updated_at: toIso(nowMs),
    }
    const made = await this.#parts.store.create(workflow)
    this.#announce('workflow-created', made, scope)
    return made
  }

  async #update(known: Workflow, args: WorkflowArguments, scope: Scope): Promise<Workflow> {
    if (args.steps) this.#check(args.steps)
    if (args.schedule) checkSchedule(args.schedule)
    const nowMs = this.#parts.clock.now()
    const { schedule: before, next_run_at: due, ...rest } = known
    const schedule = args.schedule === undefined ? before : (args.schedule ?? undefined)
    // A schedule that was not touched keeps its place.
    const next = args.schedule === undefined ? due : nextRunAt(schedule, nowMs)
    const workflow: Workflow = {
      ...rest,
      ...(args.name !== undefined && { name: args.name }),
      ...(args.description !== undefined && { description: args.description }),
      ...(args.steps && { steps: args.steps }),
      ...(schedule && { schedule }),
      ...(next !== undefined && { next_run_at: next }),
      version: known.version + 1,
      updated_at: toIso(nowMs),
    }
    const kept = await this.#parts.store.replace(workflow)
    this.#announce('workflow-updated', kept, scope)
    return kept
  }

  async #delete(known: Workflow, scope: Scope): Promise<Workflow> {
    await this.#parts.store.delete(known.id, known.version)
    this.#announce('workflow-deleted', known, scope)
    return known
  }

  async #retried(args: WorkflowArguments, scope: Scope, change: (known: Workflow) => Promise<Workflow>): Promise<Workflow> {
    for (let tries = 1; ; tries += 1) {
      const known = await this.require({ workflow_id: args.workflow_id }, scope)
      requireMaker(known, scope)
      if (args.expected_version !== undefined) requireWorkflowVersion(known, args.expected_version)
      try {
        return await change(known)
      } catch (error) {
        if (!isStaleWorkflow(error) || args.expected_version !== undefined || tries >= MAX_TRIES) throw error
      }
    }
  }

  async #list(args: WorkflowArguments, scope: Scope): Promise<Answer> {
    const page = await this.#parts.store.list(
      {
        limit: args.limit ?? 20,
        ...(args.namespace !== undefined && { namespace: args.namespace }),
        ...(args.cursor !== undefined && { cursor: args.cursor }),
      },
      scope,
    )
    return { workflows: page.workflows, total: page.total, ...(page.nextCursor !== undefined && { next_cursor: page.nextCursor }) }
  }

  #check(steps: readonly WorkflowStep[]): void {
    const { maxSteps } = this.#parts.limits
    if (steps.length > maxSteps)
      throw invalidField('steps', `must hold at most ${maxSteps} steps (TMWS_WORKFLOW_MAX_STEPS; got ${steps.length})`)
    for (const step of steps) checkStep(step)
    planWorkflow(steps)
  }

  #announce(type: WorkflowEvent['type'], workflow: Workflow, scope: Scope): void {
    const { id, name, namespace } = workflow
    const at = toIso(this.#parts.clock.now())
    this.#parts.bus.publish({ event: { type, at, workflow_id: id, name, by: scope.agentId, namespace }, workflow })
    this.#parts.scheduleChanged()
  }
}

/** A schedule runs as the maker of a workflow: nobody else may say what it does. */
function requireMaker(workflow: Workflow, scope: Scope): void {
  if (scope.kind === 'owner' || workflow.created_by === scope.agentId) return
  throw new AppError('forbidden', `Only "${workflow.created_by}", who made this workflow, may change it; create one of your own instead.`, {
    details: { field: 'workflow_id', created_by: workflow.created_by },
  })
}
