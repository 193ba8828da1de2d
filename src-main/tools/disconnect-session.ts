import type { SystemReport } from './system-report.ts'
import { defineTool } from './tool.ts'

export function disconnectSessionTool(system: SystemReport) {
  return defineTool('disconnect_session', async (args, { scope }) => ({
    disconnected: true,
    session: await system.disconnect(args.session_id, scope, args.reason),
  }))
}
