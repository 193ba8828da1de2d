import type { Clock } from '../base/clock.ts'
import type { EventBus } from '../base/event-bus.ts'
import type { Log } from '../base/log.ts'
import type { ResourceStack } from '../base/resource-stack.ts'
import { ExecutionAnnouncer } from '../coordination/workflows/execution-announcer.ts'
import { ExecutionService } from '../coordination/workflows/execution-service.ts'
import type { CallTool } from '../coordination/workflows/step-attempt.ts'
import { WorkflowEngine } from '../coordination/workflows/workflow-engine.ts'
import type { WorkflowLimits } from '../coordination/workflows/workflow-limits.ts'
import { WorkflowScheduler } from '../coordination/workflows/workflow-scheduler.ts'
import { WorkflowService } from '../coordination/workflows/workflow-service.ts'
import type { Stores } from '../storage/open-stores.ts'

export interface WorkflowPartsOptions {
  readonly stores: Stores
  readonly bus: EventBus
  readonly clock: Clock
  readonly limits: WorkflowLimits
  readonly callTool: CallTool
  readonly log: Log
  readonly resources: ResourceStack
}

export interface WorkflowParts {
  readonly workflows: WorkflowService
  readonly executions: ExecutionService
  /** Takes up what is left to do in the store, and watches the schedules. To be called once everything that steps may call is there. */
  readonly start: (options?: { readonly isScheduling: boolean }) => void
  /** Schedules may have come from outside. */
  readonly lookAgain: () => void
}

/** The parts that keep workflows and run them. They close before the stores do. */
export function createWorkflowParts({ stores, bus, clock, limits, callTool, log, resources }: WorkflowPartsOptions): WorkflowParts {
  const announcer = new ExecutionAnnouncer(bus, clock)
  const engine = new WorkflowEngine({ store: stores.executions, callTool, announcer, clock, log, limits })
  const workflows = new WorkflowService({ store: stores.workflows, clock, bus, limits, scheduleChanged: () => scheduler.poke() })
  const executions = new ExecutionService({ store: stores.executions, workflows, engine, announcer, bus, clock, limits })
  const scheduler: WorkflowScheduler = new WorkflowScheduler({
    workflows: stores.workflows,
    executions: stores.executions,
    service: executions,
    clock,
    log,
  })
  resources.own('workflow engine', engine, (part) => part.close())
  resources.own('workflow schedules', scheduler, (part) => part.close())
  return {
    workflows,
    executions,
    start: ({ isScheduling } = { isScheduling: true }) => {
      engine.start()
      if (isScheduling) scheduler.start()
    },
    lookAgain: () => scheduler.poke(),
  }
}
