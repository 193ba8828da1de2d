import { isToolName, TOOLS } from '../../contract/tools.ts'
import type { ToolContract } from '../../contract/tools/tool-contract.ts'

/** Operations that change nothing, and those whose new thing takes its id from the step (see `RunOrigin.key`): again is the same as once. */
const REPEATABLE_OPERATIONS: Readonly<Record<string, readonly string[]>> = {
  manage_task: ['get', 'create'],
  manage_workflow: ['get', 'list', 'create'],
}

/** Whether a step whose end nobody saw may be done again: by what its tool says of itself, and by what it was asked. */
export function isRepeatable(tool: string, args: Readonly<Record<string, unknown>>): boolean {
  // It finds the run that it started.
  if (tool === 'execute_workflow') return true
  const operations = REPEATABLE_OPERATIONS[tool]
  if (operations) return operations.includes(String(args['operation']))
  const contract: ToolContract | undefined = isToolName(tool) ? TOOLS[tool] : undefined
  return contract?.annotations.idempotentHint ?? true
}
