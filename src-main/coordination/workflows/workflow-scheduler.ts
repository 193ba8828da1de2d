import { toIso } from '../../base/clock.ts'
import type { Clock } from '../../base/clock.ts'
import { messageOf } from '../../base/errors.ts'
import { idFromKey } from '../../base/ids.ts'
import type { Log } from '../../base/log.ts'
import { OWNER_AGENT_ID } from '../../contract/protocol.ts'
import { OWNER_SCOPE } from '../../contract/scope.ts'
import type { Scope } from '../../contract/scope.ts'
import type { Workflow } from '../../contract/workflow.ts'
import type { ExecutionStore } from '../../storage/execution-store.ts'
import type { WorkflowStore } from '../../storage/workflow-store.ts'
import type { ExecutionService } from './execution-service.ts'
import { nextRunAt } from './schedule.ts'
import { Wakeup } from './wakeup.ts'

export interface SchedulerParts {
  readonly workflows: WorkflowStore
  readonly executions: ExecutionStore
  readonly service: Pick<ExecutionService, 'start'>
  readonly clock: Clock
  readonly log: Log
}

const AT_ONCE = 50
/** After a failure, before the next look, in milliseconds. */
const RETRY_MS = 5_000
/** Schedules that another server makes are found after this at the latest, in milliseconds. */
const LOOK_MS = 30_000

/**
 * Starts runs when their time comes: once each, whatever number of servers looks, and once for all times that passed while none ran.
 * While a run of a schedule is under way, its next time is passed over.
 */
export class WorkflowScheduler {
  readonly #parts: SchedulerParts
  readonly #wakeup: Wakeup
  #isClosed = false
  #running: Promise<void> | undefined

  constructor(parts: SchedulerParts) {
    this.#parts = parts
    this.#wakeup = new Wakeup(parts.clock)
  }

  start(): void {
    this.#running ??= this.#run()
  }

  /** A schedule has come, changed or gone. */
  poke(): void {
    this.#wakeup.signal()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#wakeup.signal()
    await this.#running
  }

  async #run(): Promise<void> {
    while (!this.#isClosed) await this.#wakeup.wait(await this.#tick())
  }

  /** Starts what is due. Returns when to look again, epoch milliseconds. */
  async #tick(): Promise<number> {
    const { workflows, clock, log } = this.#parts
    const nowMs = clock.now()
    try {
      const due = await workflows.due(toIso(nowMs), AT_ONCE)
      for (const workflow of due) await this.#startDue(workflow, nowMs)
      if (due.length === AT_ONCE) return nowMs
      const next = await workflows.nextDueAt()
      return Math.min(nowMs + LOOK_MS, next === undefined ? Infinity : Date.parse(next))
    } catch (error) {
      log.error({ err: error }, `scheduled workflows could not be started: ${messageOf(error)}`)
      return nowMs + RETRY_MS
    }
  }

  async #startDue(workflow: Workflow, nowMs: number): Promise<void> {
    const { workflows, executions, service, log } = this.#parts
    const { id, next_run_at: due, schedule } = workflow
    if (due === undefined || !schedule) return
    // The same for every server that sees this time, and again after a crash: the run is made once.
    const executionId = idFromKey(`${id}/${due}`, Date.parse(due))
    try {
      const scope = scopeOf(workflow)
      const open = await executions.list({ workflowId: id, status: ['queued', 'running', 'waiting'], limit: 10 }, scope)
      const isUnderWay = open.executions.some((run) => run.trigger === 'schedule' && run.id !== executionId)
      if (isUnderWay) log.info({ workflow: id, due }, 'a scheduled run is passed over: the one before is still under way')
      else await service.start(workflow, scope, { id: executionId, trigger: 'schedule', input: schedule.input })
    } catch (error) {
      log.error({ err: error, workflow: id, due }, `a scheduled run could not be started: ${messageOf(error)}`)
    }
    await workflows.advance(id, due, nextRunAt(schedule, nowMs), toIso(nowMs))
  }
}

/** A schedule acts as the maker of the workflow, with nothing that the maker did not have. */
function scopeOf({ created_by: agentId, namespace }: Workflow): Scope {
  return agentId === OWNER_AGENT_ID ? { ...OWNER_SCOPE, namespace } : { kind: 'agent', agentId, namespace, isAdmin: false }
}
