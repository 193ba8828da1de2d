import type { TokenService } from '../coordination/token-service.ts'
import { defineTool } from './tool.ts'

export function getTokenTool(tokens: TokenService) {
  return defineTool('get_token', async (args) => ({ token: await tokens.get(args.token_id) }))
}
