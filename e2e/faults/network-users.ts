import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { TmwsClient } from '../clients/built-client.ts'
import { bridgeCommand } from '../clients/mcp-clients.ts'
import type { RunningServer } from '../processes/server-process.ts'
import { RestlessSocket } from './restless-socket.ts'

type Json = Readonly<Record<string, unknown>>

/** Somebody who calls tools through a bad network. Each call settles within `deadlineMs`, and rejects if it failed. */
export interface NetworkUser {
  readonly name: string
  readonly deadlineMs: number
  call(tool: 'store_memory' | 'semantic_search', args: Json): Promise<Json>
  close(): unknown
}

/** The bridge notices a silent connection after 40 s at most, and keeps a call that it may repeat for 8 s more. */
const BRIDGE_DEADLINE_MS = 75_000
/** A host that gives up first would hide that a bridge never answers. */
const HOST_TIMEOUT_MS = BRIDGE_DEADLINE_MS + 15_000
const CLIENT_DEADLINE_MS = 10_000
const SOCKET_DEADLINE_MS = 8_000

/** An MCP host behind a bridge. */
export async function bridgeUser(server: RunningServer, port: number, name: string): Promise<NetworkUser> {
  const command = bridgeCommand(server, { agentId: name })
  // A bridge that may would serve from a database of its own while the network is down; here it is the network that is tried.
  const env = { ...command.env, TMWS_WS_HOST: '127.0.0.1', TMWS_WS_PORT: String(port), TMWS_BRIDGE_MODE: 'websocket' }
  const client = new Client({ name, version: '1.0.0' })
  await client.connect(new StdioClientTransport({ ...command, env, stderr: 'ignore' }), { timeout: HOST_TIMEOUT_MS })
  // As every host does; and it is how the bridge learns which tools it may call again.
  await client.listTools(undefined, { timeout: HOST_TIMEOUT_MS })
  return {
    name,
    deadlineMs: BRIDGE_DEADLINE_MS,
    close: () => client.close(),
    call: async (tool, args) => {
      const answer = await client.callTool({ name: tool, arguments: args }, undefined, { timeout: HOST_TIMEOUT_MS })
      return successOf(answer as ToolResult) // the shape that MCP gives it
    },
  }
}

/** The client library. */
export function libraryUser(port: number, name: string): NetworkUser {
  const client = new TmwsClient({ host: '127.0.0.1', port, agentId: name, requestTimeoutMs: CLIENT_DEADLINE_MS })
  return {
    name,
    deadlineMs: CLIENT_DEADLINE_MS,
    close: () => client.close(),
    call: async (tool, args) => await client.call(tool, args as never), // both tools take and give JSON objects
  }
}

/** A WebSocket without any help: it connects again when it has to, and repeats nothing. */
export function socketUser(port: number, name: string, onWrongAnswer: (fault: string) => void): NetworkUser {
  const socket = new RestlessSocket(`ws://127.0.0.1:${port}/mcp`, name, SOCKET_DEADLINE_MS, onWrongAnswer)
  return {
    name,
    deadlineMs: SOCKET_DEADLINE_MS,
    close: () => socket.close(),
    call: async (tool, args) => successOf((await socket.request('tools/call', { name: tool, arguments: args })) as unknown as ToolResult), // as above
  }
}

interface ToolResult {
  readonly isError?: boolean
  readonly content: unknown
  readonly structuredContent?: Json
}

function successOf({ isError, content, structuredContent }: ToolResult): Json {
  if (isError === true || !structuredContent) throw new Error(JSON.stringify(content))
  return structuredContent
}
