import type { TokenService } from '../coordination/token-service.ts'
import { defineTool } from './tool.ts'

export function revokeTokenTool(tokens: TokenService) {
  return defineTool('revoke_token', async (args, { scope }) => ({ token: await tokens.revoke(args.token_id, scope) }))
}
