import type { SystemReport } from './system-report.ts'
import { defineTool } from './tool.ts'

export function listSessionsTool(system: SystemReport) {
  return defineTool('list_sessions', async (_args, { scope }) => ({ sessions: await system.sessions(scope) }))
}
