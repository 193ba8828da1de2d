import type { ServerConfig } from '../config/config.ts'
import { MCP_HTTP_PATH, PRODUCT_NAME, PROTECTED_RESOURCE_PATH } from '../contract/protocol.ts'
import { TOKEN_SCOPES } from '../contract/token.ts'

/** What this server says of itself to OAuth clients (RFC 9728), and where. */
export interface ProtectedResource {
  readonly metadataUrl: string
  readonly metadata: Readonly<Record<string, unknown>>
}

/** Undefined where nobody can sign in by OAuth: clients that find nothing to sign in to use the token they were given. */
export function protectedResourceOf({ auth, publicUrl }: Pick<ServerConfig, 'auth' | 'publicUrl'>): ProtectedResource | undefined {
  if (!auth.enabled || !auth.issuer || publicUrl === undefined) return undefined
  return {
    metadataUrl: `${publicUrl}${PROTECTED_RESOURCE_PATH}${MCP_HTTP_PATH}`,
    metadata: {
      resource: `${publicUrl}${MCP_HTTP_PATH}`,
      resource_name: PRODUCT_NAME,
      authorization_servers: [auth.issuer.issuer],
      scopes_supported: TOKEN_SCOPES,
      bearer_methods_supported: ['header'],
    },
  }
}
