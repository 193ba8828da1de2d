import { Client as ModernClient, StreamableHTTPClientTransport as ModernHttpTransport } from '@modelcontextprotocol/client'
import type { Transport as ModernTransport, VersionNegotiationMode } from '@modelcontextprotocol/client'
import { StdioClientTransport as ModernStdioTransport } from '@modelcontextprotocol/client/stdio'
import { Client as ClassicClient } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { WebSocketClientTransport } from '@modelcontextprotocol/sdk/client/websocket.js'
import { HEADERS } from '../../src-main/contract/protocol.ts'
import { BUILT } from '../processes/places.ts'
import type { RunningServer } from '../processes/server-process.ts'
import { WsClientTransport } from './ws-transport.ts'

/** Who a client says it is. */
export interface Identity {
  readonly agentId?: string
  readonly namespace?: string
}

/** A bridge also has settings of its own, as its host gives them. */
export interface BridgeIdentity extends Identity {
  readonly env?: Readonly<Record<string, string>>
}

export const MODERN = '2026-07-28'

/** SDK v1 on its own WebSocket transport, which cannot say who it is: the agent is `anonymous`. */
export async function connectClassicWs(server: RunningServer): Promise<ClassicClient> {
  const client = classicClient()
  await client.connect(new WebSocketClientTransport(new URL(server.wsUrl)))
  return client
}

/** SDK v1 on a WebSocket with identity headers. */
export async function connectNamedWs(server: RunningServer, identity: Identity): Promise<ClassicClient> {
  const client = classicClient()
  await client.connect(new WsClientTransport(server.wsUrl, identityHeaders(identity)))
  return client
}

/** SDK v2 on a WebSocket; `mode` chooses the protocol era. */
export async function connectModernWs(server: RunningServer, mode: VersionNegotiationMode, identity: Identity = {}): Promise<ModernClient> {
  const client = modernClient(mode)
  await client.connect(new WsClientTransport(server.wsUrl, identityHeaders(identity)))
  return client
}

/** SDK v1 through the bridge, as a desktop host starts it. */
export async function connectBridge(
  server: RunningServer,
  identity: BridgeIdentity = {},
  program: string = BUILT.bridge,
): Promise<ClassicClient> {
  const client = classicClient()
  await client.connect(new StdioClientTransport({ ...bridgeCommand(server, identity), args: [program], stderr: 'ignore' }))
  return client
}

/** SDK v2 through the bridge. */
export async function connectModernBridge(
  server: RunningServer,
  mode: VersionNegotiationMode,
  identity: Identity = {},
): Promise<ModernClient> {
  const client = modernClient(mode)
  await client.connect(new ModernStdioTransport({ ...bridgeCommand(server, identity), stderr: 'ignore' }))
  return client
}

/** SDK v1 on /mcp. */
export async function connectHttp(server: Pick<RunningServer, 'apiUrl'>, identity: Identity = {}): Promise<ClassicClient> {
  const client = classicClient()
  const transport = new StreamableHTTPClientTransport(new URL('/mcp', server.apiUrl), {
    requestInit: { headers: identityHeaders(identity) },
  })
  await client.connect(transport)
  return client
}

/** SDK v2 on /mcp. */
export async function connectModernHttp(
  server: RunningServer,
  mode: VersionNegotiationMode,
  identity: Identity = {},
): Promise<ModernClient> {
  const client = modernClient(mode)
  const transport: ModernTransport = new ModernHttpTransport(new URL('/mcp', server.apiUrl), {
    requestInit: { headers: identityHeaders(identity) },
  })
  await client.connect(transport)
  return client
}

/** How a host starts the bridge for this server: the discovery file says where it is. */
export function bridgeCommand(server: RunningServer, { agentId, namespace, env: settings = {} }: BridgeIdentity = {}) {
  const env = server.place.environment({
    ...settings,
    ...(agentId !== undefined && { TMWS_AGENT_ID: agentId }),
    ...(namespace !== undefined && { TMWS_AGENT_NAMESPACE: namespace }),
  })
  return { command: process.execPath, args: [BUILT.bridge], env: env as Record<string, string> } // a variable that is set has a text
}

export function identityHeaders({ agentId, namespace }: Identity): Record<string, string> {
  return {
    ...(agentId !== undefined && { [HEADERS.agentId]: agentId }),
    ...(namespace !== undefined && { [HEADERS.agentNamespace]: namespace }),
  }
}

function classicClient(): ClassicClient {
  return new ClassicClient({ name: 'e2e-v1', version: '1.0.0' })
}

function modernClient(mode: VersionNegotiationMode): ModernClient {
  return new ModernClient({ name: 'e2e-v2', version: '1.0.0' }, { versionNegotiation: { mode } })
}
