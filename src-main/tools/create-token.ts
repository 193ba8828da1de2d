import type { TokenService } from '../coordination/token-service.ts'
import { defineTool } from './tool.ts'

export function createTokenTool(tokens: TokenService) {
  return defineTool('create_token', (args, { scope }) => tokens.create(args, scope))
}
