import { defineTool } from './tool.ts'

export function getSessionStatisticsTool() {
  return defineTool('get_session_statistics', (_args, { caller }) => Promise.resolve(caller.info()))
}
