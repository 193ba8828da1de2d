import { defineTool } from './tool.ts'

export function getSessionStatisticsTool() {
  return defineTool('get_session_statistics', (_args, { caller }) => {
    const info = caller.info()
    const durationMs = Date.parse(info.last_seen_at) - Date.parse(info.started_at)
    return Promise.resolve({ ...info, duration_seconds: durationMs / 1000 })
  })
}
