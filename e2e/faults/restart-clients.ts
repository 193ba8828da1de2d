import { TmwsClient } from '../clients/built-client.ts'
import { BridgeHost } from '../processes/bridge-host.ts'
import type { ServerPlace } from '../processes/server-process.ts'
import { ResumingSocket } from './resuming-socket.ts'

/** A client that lives through restarts, as the test uses it. */
export interface RestartClient {
  readonly name: string
  /** Calls a tool; rejects when it fails. */
  tool(name: string, args: Record<string, unknown>): Promise<Record<string, unknown>>
  subscribe?(uri: string): Promise<void>
  /** URIs that it was told of as updated. */
  updates?(): string[]
  close(): unknown
}

const UPDATED = 'notifications/resources/updated'

/** A WebSocket that its author taught to resume, with a subscription. */
export function socketClient(name: string, wsPort: number): RestartClient {
  const socket = new ResumingSocket(() => `ws://127.0.0.1:${wsPort}/`, name)
  return {
    name,
    tool: (tool, args) => socket.tool(tool, args),
    subscribe: async (uri) => {
      await socket.ask('resources/subscribe', { uri })
    },
    updates: () => socket.told.flatMap(({ method, params }) => (method === UPDATED ? [String(params?.['uri'])] : [])),
    close: () => socket.close(),
  }
}

/** The client library. */
export function libraryClient(name: string, wsPort: number): RestartClient {
  const client = new TmwsClient({ host: '127.0.0.1', port: wsPort, agentId: name, requestTimeoutMs: 10_000 })
  return {
    name,
    // The names and arguments of tools are the test's own.
    tool: (tool, args) => client.call(tool as 'store_memory', args as { content: string }),
    close: () => client.close(),
  }
}

/** A host with a bridge, with a subscription. `mode` says what serves it while there is no server. */
export function bridgeClient(name: string, place: ServerPlace, wsPort: number, mode: 'hybrid' | 'websocket'): RestartClient {
  const env = { TMWS_BRIDGE_MODE: mode, TMWS_EMBEDDING_PROVIDER: 'off' }
  const host = new BridgeHost(place, wsPort, { agentId: name, env })
  const ready = host.initialize()
  return {
    name,
    tool: async (tool, args) => {
      await ready
      const answer = await host.ask('tools/call', { name: tool, arguments: args }, 10_000)
      const result = answer['result'] as { isError?: boolean; structuredContent?: Record<string, unknown> } | undefined // MCP's tool result
      if (!result || result.isError === true) throw new Error(`${tool}: ${JSON.stringify(answer)}`)
      return result.structuredContent ?? {}
    },
    subscribe: async (uri) => {
      await ready
      await host.ask('resources/subscribe', { uri })
    },
    updates: () => host.heard.flatMap(({ method, params }) => (method === UPDATED ? [(params as { uri: string }).uri] : [])),
    close: () => host.process.kill(),
  }
}
