import type { TokenService } from '../coordination/token-service.ts'
import { defineTool } from './tool.ts'

export function listTokensTool(tokens: TokenService) {
  return defineTool('list_tokens', (args) => tokens.list(args))
}
