import type { TaskService } from '../coordination/task-service.ts'
import { defineTool } from './tool.ts'

export function manageTaskTool(tasks: TaskService) {
  return defineTool('manage_task', (args, { scope, origin }) => tasks.manage(args, scope, origin))
}
