import type { TokenService } from '../coordination/token-service.ts'
import { defineTool } from './tool.ts'

export function rotateTokenTool(tokens: TokenService) {
  return defineTool('rotate_token', (args, { scope }) => tokens.rotate(args, scope))
}
