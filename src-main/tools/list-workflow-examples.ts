import { EXAMPLES } from '../coordination/workflows/examples/index.ts'
import { defineTool } from './tool.ts'

export function listWorkflowExamplesTool() {
  return defineTool('list_workflow_examples', () =>
    Promise.resolve({
      examples: Object.entries(EXAMPLES).map(([example, { name, description, steps, schedule, input }]) => ({
        example,
        name,
        description,
        steps: [...steps],
        ...(schedule && { schedule }),
        input: { ...input },
      })),
    }),
  )
}
