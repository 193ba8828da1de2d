import type { Schedule, WorkflowStep, WorkflowStepInput } from '../../../contract/workflow.ts'
import { workflowStepSchema } from '../../../contract/workflow.ts'

/** A workflow that ships with the server. */
export interface ExampleWorkflow {
  readonly name: string
  readonly description: string
  readonly steps: readonly WorkflowStep[]
  /** A time that suits it. It starts by itself only when its maker asks for that. */
  readonly schedule?: Schedule
  /** An input to try it with. */
  readonly input: Readonly<Record<string, unknown>>
}

/** Steps as a person writes them, with the defaults filled in. */
export function stepsOf(steps: readonly WorkflowStepInput[]): WorkflowStep[] {
  return steps.map((step) => workflowStepSchema.parse(step))
}
