import type { SystemReport } from './system-report.ts'
import { defineTool } from './tool.ts'

export function getSystemStatsTool(system: SystemReport) {
  return defineTool('get_system_stats', (_args, { scope }) => system.stats(scope))
}
