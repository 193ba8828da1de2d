import type { WorkflowExample } from '../../../contract/tools/workflow-tools.ts'
import { dailyDigest } from './daily-digest.ts'
import type { ExampleWorkflow } from './example-workflow.ts'
import { handOver } from './hand-over.ts'
import { staleReview } from './stale-review.ts'

/** The workflows that ship with the server, by the name of the example. */
export const EXAMPLES: Readonly<Record<WorkflowExample, ExampleWorkflow>> = {
  'daily-digest': dailyDigest,
  'stale-review': staleReview,
  'hand-over': handOver,
}
