import { toIso } from '../../base/clock.ts'
import type { Clock } from '../../base/clock.ts'
import type { EventBus } from '../../base/event-bus.ts'
import type { ExecutionEvent } from '../../contract/events.ts'
import { ENDED_STATES } from '../../contract/workflow.ts'
import type { Execution, ExecutionStatus, StepRun } from '../../contract/workflow.ts'

/** Says on the bus how a run goes. Heard by its agent and the person. */
export class ExecutionAnnouncer {
  readonly #bus: EventBus
  readonly #clock: Clock

  constructor(bus: EventBus, clock: Clock) {
    this.#bus = bus
    this.#clock = clock
  }

  queued(execution: Execution): void {
    this.#publish(execution, 'execution-queued', 'queued', execution.steps)
  }

  changed(
    execution: Execution,
    change: {
      readonly status: ExecutionStatus
      readonly before: ExecutionStatus
      readonly steps: readonly StepRun[]
      readonly all: readonly StepRun[]
    },
  ): void {
    const at = toIso(this.#clock.now())
    for (const { id, tool, status, attempts } of change.steps) {
      this.#bus.publish({
        event: { type: 'step-changed', at, execution_id: execution.id, step_id: id, tool, status, attempts, agent_id: execution.agent_id },
        agentId: execution.agent_id,
      })
    }
    const { status, before, all } = change
    const isEnd = status === 'completed' || status === 'failed' || status === 'cancelled'
    const isStart = before === 'queued' && !isEnd
    this.#publish(execution, isEnd ? `execution-${status}` : isStart ? 'execution-started' : 'execution-changed', status, all)
  }

  #publish(execution: Execution, type: ExecutionEvent['type'], status: ExecutionStatus, steps: readonly StepRun[]): void {
    this.#bus.publish({
      event: {
        type,
        at: toIso(this.#clock.now()),
        execution_id: execution.id,
        workflow_id: execution.workflow_id,
        workflow_name: execution.workflow_name,
        agent_id: execution.agent_id,
        namespace: execution.namespace,
        status,
        steps_ended: steps.filter((run) => ENDED_STATES.includes(run.status)).length,
        steps_total: execution.steps.length,
      },
      agentId: execution.agent_id,
    })
  }
}
