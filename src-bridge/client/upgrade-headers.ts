import { HEADERS, LIMITS } from '../../src-main/contract/protocol.ts'
import { BRIDGE_VERSION } from '../version.ts'
import { invalidOption } from './client-options.ts'
import type { TmwsClientOptions } from './client-options.ts'

/** Version of the package this library was built from. */
export const CLIENT_VERSION = BRIDGE_VERSION

/** Headers that say who comes. Throws TmwsError `invalid_request` when the capabilities are too large. */
export function upgradeHeaders(options: TmwsClientOptions): Record<string, string> {
  const { agentId, namespace, capabilities, token } = options
  return {
    'user-agent': `tmws-client/${CLIENT_VERSION}`,
    ...(agentId !== undefined && { [HEADERS.agentId]: agentId }),
    ...(namespace !== undefined && { [HEADERS.agentNamespace]: namespace }),
    ...(capabilities !== undefined && { [HEADERS.agentCapabilities]: asciiJson(capabilities) }),
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  }
}

/** Headers carry ASCII; JSON can say the rest in escapes. */
function asciiJson(value: unknown): string {
  const text = JSON.stringify(value).replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
  if (text.length > LIMITS.capabilitiesBytes)
    throw invalidOption('capabilities', `must be at most ${LIMITS.capabilitiesBytes} bytes as JSON`)
  return text
}
