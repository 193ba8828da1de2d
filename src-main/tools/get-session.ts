import type { SystemReport } from './system-report.ts'
import { defineTool } from './tool.ts'

export function getSessionTool(system: SystemReport) {
  return defineTool('get_session', async (args, { scope }) => ({ session: await system.session(args.session_id, scope) }))
}
