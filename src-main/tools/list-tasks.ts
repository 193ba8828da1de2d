import type { TaskService } from '../coordination/task-service.ts'
import { defineTool } from './tool.ts'

export function listTasksTool(tasks: TaskService) {
  return defineTool('list_tasks', (args, { scope }) => tasks.list(args, scope))
}
