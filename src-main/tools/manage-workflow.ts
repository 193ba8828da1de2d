import type { WorkflowService } from '../coordination/workflows/workflow-service.ts'
import { defineTool } from './tool.ts'

export function manageWorkflowTool(workflows: WorkflowService) {
  return defineTool('manage_workflow', (args, { scope, origin }) => workflows.manage(args, scope, origin))
}
