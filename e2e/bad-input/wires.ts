import { setTimeout as delay } from 'node:timers/promises'
import { REST_ROUTES } from '../../src-main/contract/rest.ts'
import type { ToolName } from '../../src-main/contract/tools.ts'
import { bridgeCommand, identityHeaders } from '../clients/mcp-clients.ts'
import { rawHttp } from '../clients/raw-http.ts'
import { RawSocket } from '../clients/raw-socket.ts'
import type { RawMessage } from '../clients/raw-socket.ts'
import type { ChildProcess } from '../processes/child.ts'
import type { RunningServer } from '../processes/server-process.ts'
import { until } from '../processes/until.ts'

/** What came back for one call. */
export interface Outcome {
  readonly isRefused: boolean
  /** The whole answer, as it stood on the wire. */
  readonly text: string
  /** The sentence of the refusal. */
  readonly message: string
}

/** One way in on which a test can send a tool call whose arguments are any text, JSON or not. */
export interface Wire {
  readonly name: string
  readonly agentId: string
  call(tool: ToolName, argumentsText: string): Promise<Outcome>
  /** Everything that this wire has carried back so far. */
  carried(): string
}

/** All ways in, each as an agent of its own. */
export async function openWires(
  server: RunningServer,
  prefix: string,
  closing: <T extends { close(): unknown }>(part: T) => T,
): Promise<Wire[]> {
  const agent = (name: string): string => `${prefix}-${name}`
  const open = (name: string) => RawSocket.open(server.wsUrl, identityHeaders({ agentId: agent(name) }))
  return [
    restWire(server, agent('rest')),
    socketWire('MCP on the WebSocket', agent('ws'), closing(await open('ws')), toolsCall),
    socketWire('plain JSON-RPC on the WebSocket', agent('plain'), closing(await open('plain')), plainCall),
    httpWire(server, agent('http')),
    bridgeWire(server, agent('bridge'), closing),
  ]
}

function toolsCall(id: string, tool: string, args: string): string {
  return `{"jsonrpc":"2.0","id":"${id}","method":"tools/call","params":{"name":"${tool}","arguments":${args}}}`
}

/** The plain methods are few; what has none goes the MCP way. */
function plainCall(id: string, tool: string, args: string): string {
  const method = tool === 'store_memory' ? 'create_memory' : tool === 'semantic_search' ? 'search_memories' : undefined
  return method === undefined ? toolsCall(id, tool, args) : `{"jsonrpc":"2.0","id":"${id}","method":"${method}","params":${args}}`
}

function restWire(server: RunningServer, agentId: string): Wire {
  let carried = ''
  return {
    name: 'REST',
    agentId,
    carried: () => carried,
    call: async (tool, args) => {
      const route = REST_ROUTES.find((candidate) => candidate.tool === tool)!
      const { path, rest } = takeFromPath(route.path, args)
      const answer =
        route.argumentsIn === 'body'
          ? await rawHttp(`${server.apiUrl}/api/v1${path}`, {
              method: route.method,
              headers: { ...identityHeaders({ agentId }), 'content-type': 'application/json' },
              body: rest,
            })
          : await rawHttp(`${server.apiUrl}/api/v1${path}${queryOf(rest)}`, { method: route.method, headers: identityHeaders({ agentId }) })
      carried += answer.text
      const body = JSON.parse(answer.text) as { error?: { message: string } } // REST always answers JSON
      return { isRefused: answer.status >= 400, text: answer.text, message: body.error?.message ?? '' }
    },
  }
}

/** Arguments that a REST path carries are taken out of the JSON text. */
function takeFromPath(pattern: string, args: string): { path: string; rest: string } {
  if (!pattern.includes(':memory_id')) return { path: pattern, rest: args }
  const { memory_id: id, ...rest } = JSON.parse(args) as Record<string, unknown> // cases with ids are JSON
  return {
    path: pattern.replace(':memory_id', encodeURIComponent(typeof id === 'string' ? id : JSON.stringify(id ?? null))),
    rest: JSON.stringify(rest),
  }
}

function queryOf(args: string): string {
  const values = Object.entries(JSON.parse(args) as Record<string, unknown>) // cases of GET routes are JSON objects
  return `?${new URLSearchParams(values.map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)])).toString()}`
}

function socketWire(name: string, agentId: string, socket: RawSocket, frameOf: typeof toolsCall): Wire {
  let number = 0
  return {
    name,
    agentId,
    carried: () => socket.frames.join('\n'),
    call: async (tool, args) => {
      const id = `bad-${(number += 1)}`
      const answer = await socket.exchange(frameOf(id, tool, args), (message) => message.id === id || message.id === null)
      return outcomeOf(answer)
    },
  }
}

function httpWire(server: RunningServer, agentId: string): Wire {
  let carried = ''
  const headers = {
    ...identityHeaders({ agentId }),
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': '2025-11-25',
  }
  return {
    name: '/mcp',
    agentId,
    carried: () => carried,
    call: async (tool, args) => {
      const answer = await rawHttp(`${server.apiUrl}/mcp`, { method: 'POST', headers, body: toolsCall('1', tool, args) })
      carried += answer.text
      const data = /^data: (.+)$/m.exec(answer.text)?.[1] ?? answer.text
      return outcomeOf(JSON.parse(data) as RawMessage) // an event or a body of JSON-RPC
    },
  }
}

function bridgeWire(server: RunningServer, agentId: string, closing: <T extends { close(): unknown }>(part: T) => T): Wire {
  const bridge = closing(new RawBridge(server, agentId))
  let number = 0
  return {
    name: 'the bridge',
    agentId,
    carried: () => bridge.process.stdout + bridge.process.stderr,
    call: async (tool, args) => {
      const id = `bad-${(number += 1)}`
      return outcomeOf(await bridge.exchange(toolsCall(id, tool, args), (message) => message.id === id || message.id === null))
    },
  }
}

/** A bridge to whose input a test writes what it likes. */
export class RawBridge {
  readonly process: ChildProcess

  constructor(server: RunningServer, agentId: string) {
    const { command, args, env } = bridgeCommand(server, { agentId })
    this.process = server.place.run(command, args, env)
  }

  get messages(): RawMessage[] {
    return this.process.stdout
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as RawMessage) // only JSON-RPC may stand on its output; anything else fails the test here
  }

  /** Writes a line and waits for the first message after it that fits. */
  async exchange(line: string, fits: (message: RawMessage) => boolean): Promise<RawMessage> {
    const seen = this.messages.length
    this.process.write(`${line}\n`)
    return until('an answer of the bridge', () => this.messages.slice(seen).find(fits), 15_000, 5)
  }

  async close(): Promise<void> {
    this.process.endInput()
    await Promise.race([this.process.ended, delay(3_000)])
  }
}

/** A refusal is a JSON-RPC error, or a tool result that says so. */
function outcomeOf(message: RawMessage): Outcome {
  const text = JSON.stringify(message)
  if (message.error) return { isRefused: true, text, message: message.error.message }
  const result = message.result as { isError?: boolean; content?: readonly { text?: string }[] } | undefined
  return { isRefused: result?.isError === true, text, message: result?.content?.[0]?.text ?? '' }
}
