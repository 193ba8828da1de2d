import type { SystemReport } from './system-report.ts'
import { defineTool } from './tool.ts'

export function healthCheckTool(system: SystemReport) {
  return defineTool('health_check', () => system.health())
}
