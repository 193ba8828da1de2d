import type { ExecutionService } from '../coordination/workflows/execution-service.ts'
import { defineTool } from './tool.ts'

export function executeWorkflowTool(executions: ExecutionService) {
  return defineTool('execute_workflow', async (args, { scope, signal, origin, report }) => ({
    execution: await executions.execute(args, scope, { signal, origin, report }),
  }))
}
