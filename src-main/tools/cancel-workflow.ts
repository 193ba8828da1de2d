import type { ExecutionService } from '../coordination/workflows/execution-service.ts'
import { defineTool } from './tool.ts'

export function cancelWorkflowTool(executions: ExecutionService) {
  return defineTool('cancel_workflow', async (args, { scope, signal }) => ({ execution: await executions.cancel(args, scope, signal) }))
}
