import { toIso } from '../../base/clock.ts'
import type { Clock } from '../../base/clock.ts'
import { AppError, notFound } from '../../base/errors.ts'
import type { EventBus } from '../../base/event-bus.ts'
import { idFromKey, newId } from '../../base/ids.ts'
import type { Scope } from '../../contract/scope.ts'
import type { ToolArguments, ToolOutput } from '../../contract/tools.ts'
import { ENDED_STATES } from '../../contract/workflow.ts'
import type { Execution, Workflow } from '../../contract/workflow.ts'
import type { ExecutionStore } from '../../storage/execution-store.ts'
import { waitForEnd } from './execution-end.ts'
import type { ReportProgress } from './execution-end.ts'
import type { ExecutionAnnouncer } from './execution-announcer.ts'
import type { RunOrigin } from './run-origin.ts'
import type { WorkflowEngine } from './workflow-engine.ts'
import type { WorkflowLimits } from './workflow-limits.ts'
import type { WorkflowService } from './workflow-service.ts'

export interface ExecutionServiceParts {
  readonly store: ExecutionStore
  readonly workflows: WorkflowService
  readonly engine: WorkflowEngine
  readonly announcer: ExecutionAnnouncer
  readonly bus: EventBus
  readonly clock: Clock
  readonly limits: WorkflowLimits
}

/** Who starts a run, besides its scope. */
interface Start {
  readonly id: string
  readonly trigger: Execution['trigger']
  readonly input: Readonly<Record<string, unknown>>
  readonly origin?: RunOrigin | undefined
}

/** Runs of workflows: starting, watching and ending them. */
export class ExecutionService {
  readonly #parts: ExecutionServiceParts
  readonly #hurry = new AbortController()

  constructor(parts: ExecutionServiceParts) {
    this.#parts = parts
  }

  /**
   * Starts a run as the caller and, unless told not to, waits for its end. Throws `not_found` for a workflow out of sight, and
   * `conflict` when runs would start runs without end. A caller that goes away leaves the run as it is.
   */
  async execute(
    args: ToolArguments<'execute_workflow'>,
    scope: Scope,
    call: { readonly signal: AbortSignal; readonly origin?: RunOrigin | undefined; readonly report?: ReportProgress | undefined },
  ): Promise<Execution> {
    const { origin, signal, report } = call
    const id = origin ? idFromKey(origin.key, origin.beganAtMs) : newId()
    const known = origin && (await this.#parts.store.get(id, scope))
    const execution = known ?? (await this.start(await this.#parts.workflows.require(args, scope), scope, this.#startOf(id, args, origin)))
    if (!args.wait) return execution
    const { store, bus } = this.#parts
    // A step waits as long as its own time allows.
    if (origin) return waitForEnd(execution, scope, { store, bus, signal, withinMs: Infinity })
    const wait = { store, bus, signal, withinMs: args.wait_seconds * 1000, hurry: this.#hurry.signal, ...(report && { report }) }
    return waitForEnd(execution, scope, wait)
  }

  /** Keeps a new run and has it taken up. Durable when it answers. */
  async start(workflow: Workflow, scope: Scope, { id, trigger, input, origin }: Start): Promise<Execution> {
    const depth = origin ? origin.depth + 1 : 0
    if (depth > this.#parts.limits.maxDepth) throw tooDeep(this.#parts.limits.maxDepth)
    const execution: Execution = {
      id,
      workflow_id: workflow.id,
      workflow_name: workflow.name,
      workflow_version: workflow.version,
      status: 'queued',
      trigger,
      agent_id: scope.agentId,
      namespace: scope.namespace,
      input: { ...input },
      depth,
      ...(origin && { parent_execution_id: origin.executionId }),
      root_execution_id: origin?.rootExecutionId ?? id,
      created_at: toIso(this.#parts.clock.now()),
      steps: workflow.steps.map((step) => ({ id: step.id, tool: step.tool, status: 'queued', attempts: 0, logs: [] })),
    }
    const kept = await this.#parts.store.start({ execution, definition: workflow.steps, scope }, this.#parts.limits.maxTotalSteps)
    this.#parts.announcer.queued(kept)
    this.#parts.engine.poke()
    return kept
  }

  /** One run, or a page of those the scope may see. Throws `not_found`. */
  async status(args: ToolArguments<'get_workflow_status'>, scope: Scope): Promise<ToolOutput<'get_workflow_status'>> {
    if (args.execution_id !== undefined) return { execution: await this.#require(args.execution_id, scope) }
    const page = await this.#parts.store.list(
      {
        limit: args.limit,
        ...(args.workflow_id !== undefined && { workflowId: args.workflow_id }),
        ...(args.status && { status: args.status }),
        ...(args.cursor !== undefined && { cursor: args.cursor }),
      },
      scope,
    )
    return { executions: page.executions, total: page.total, ...(page.nextCursor !== undefined && { next_cursor: page.nextCursor }) }
  }

  /** Ends a run and all that it started, and waits until it has ended. A run that has ended stays as it is. Throws `not_found`. */
  async cancel(args: ToolArguments<'cancel_workflow'>, scope: Scope, signal: AbortSignal): Promise<Execution> {
    const execution = await this.#require(args.execution_id, scope)
    if (ENDED_STATES.includes(execution.status)) return execution
    const reason = args.reason ?? `cancelled by "${scope.agentId}"`
    const ids = await this.#parts.store.requestCancel(execution.id, reason)
    this.#parts.engine.cancelHere(ids, reason)
    const { store, bus } = this.#parts
    return waitForEnd(execution, scope, { store, bus, signal, withinMs: CANCEL_WAIT_MS, hurry: this.#hurry.signal })
  }

  /** The server stops: callers that wait are answered at once with how far their runs are. */
  stopWaiting(): void {
    this.#hurry.abort()
  }

  async #require(id: string, scope: Scope): Promise<Execution> {
    const execution = await this.#parts.store.get(id, scope)
    if (!execution) throw notFound('execution', id)
    return execution
  }

  #startOf(id: string, { input }: ToolArguments<'execute_workflow'>, origin: RunOrigin | undefined): Start {
    return { id, trigger: origin ? 'workflow' : 'call', input, origin }
  }
}

/** Another server may hold the run: it hears of it when it renews its lease. */
const CANCEL_WAIT_MS = 10_000

function tooDeep(maxDepth: number): AppError {
  return new AppError(
    'conflict',
    `A run may start runs ${maxDepth} deep, and this would be one more. Start it by itself, or raise TMWS_WORKFLOW_MAX_DEPTH.`,
    { details: { field: 'workflow_id', max_depth: maxDepth } },
  )
}
