import type { ExecutionService } from '../coordination/workflows/execution-service.ts'
import { defineTool } from './tool.ts'

export function getWorkflowStatusTool(executions: ExecutionService) {
  return defineTool('get_workflow_status', (args, { scope }) => executions.status(args, scope))
}
