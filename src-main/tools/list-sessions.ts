import type { SystemReport } from './system-report.ts'
import { defineTool } from './tool.ts'

export function listSessionsTool(system: SystemReport) {
  return defineTool('list_sessions', (_args, { scope }) => Promise.resolve({ sessions: system.sessions(scope) }))
}
