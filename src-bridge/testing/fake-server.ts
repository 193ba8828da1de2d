import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingHttpHeaders, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import type { WebSocket } from 'ws'

export type Json = Record<string, unknown>

/** One connection as the server saw it. */
export interface Visit {
  readonly headers: IncomingHttpHeaders
  /** Every text frame, as its bytes said. */
  readonly frames: string[]
  readonly socket: WebSocket
}

export interface Refusing {
  readonly status: number
  readonly body: string
  readonly headers?: Record<string, string>
}

/** A server that speaks just enough MCP for a bridge, and breaks where a test wants it to. */
export class FakeServer {
  readonly visits: Visit[] = []
  refusing: Refusing | undefined
  /** Refuses only those who bring a resume token. */
  refusesResume = false
  /** What it says to a request; nothing when undefined. */
  answerTo: (message: Json) => Json | undefined = answerLikeAnEcho
  /** The session that every visit gets; one of its own when undefined. */
  sessionId: string | undefined
  readonly #http: Server
  readonly #sockets = new WebSocketServer({ noServer: true })
  readonly #streams = new Set<Duplex>()
  port = 0

  constructor() {
    this.#http = createServer()
    this.#http.on('upgrade', (request, stream: Duplex, head) => {
      this.#streams.add(stream)
      stream.on('error', () => undefined)
      const refusal = this.refusing ?? (this.refusesResume && request.headers['x-session-resume'] ? { status: 404, body: '' } : undefined)
      if (refusal) {
        const headers = Object.entries({
          connection: 'close',
          'content-length': String(Buffer.byteLength(refusal.body)),
          ...refusal.headers,
        })
        stream.end(
          `HTTP/1.1 ${refusal.status} No\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${refusal.body}`,
        )
        return
      }
      this.#sockets.handleUpgrade(request, stream, head, (socket) => this.#greet(socket, request.headers))
    })
    this.#sockets.on('headers', (headers) => {
      headers.push(
        `X-Session-ID: ${this.sessionId ?? `session-${this.visits.length + 1}`}`,
        `X-Session-Resume: resume-${this.visits.length + 1}`,
      )
    })
  }

  static async start(port = 0): Promise<FakeServer> {
    const server = new FakeServer()
    server.#http.listen(port, '127.0.0.1')
    await once(server.#http, 'listening')
    server.port = (server.#http.address() as AddressInfo).port // a TCP server has no other kind of address
    return server
  }

  get url(): string {
    return `ws://127.0.0.1:${this.port}`
  }

  /** Messages of a visit, parsed. */
  heard(visit = 0): Json[] {
    return (this.visits[visit]?.frames ?? []).map((frame) => JSON.parse(frame) as Json)
  }

  methods(visit = 0): unknown[] {
    return this.heard(visit).map((message) => message.method)
  }

  /** Cuts all connections as a crash does. */
  cut(): void {
    for (const { socket } of this.visits) socket.terminate()
  }

  /** Stops listening and cuts everybody off. */
  async stop(): Promise<void> {
    for (const stream of this.#streams) stream.destroy()
    this.#http.close()
    await once(this.#http, 'close')
  }

  #greet(socket: WebSocket, headers: IncomingHttpHeaders): void {
    const visit: Visit = { headers, frames: [], socket }
    const send = (message: Json): void => socket.send(JSON.stringify({ jsonrpc: '2.0', ...message }))
    this.visits.push(visit)
    socket.on('error', () => undefined)
    send({
      method: 'welcome',
      params: { session_id: 's', agent_id: headers['x-agent-id'], namespace: 'default', resume_token: `resume-${this.visits.length}` },
    })
    socket.on('message', (data: Buffer) => {
      visit.frames.push(data.toString('utf8'))
      const message = JSON.parse(data.toString('utf8')) as Json
      const result = message.id === undefined ? undefined : this.answerTo(message)
      if (result) send({ id: message.id, ...result })
    })
  }
}

const TOOLS = [
  { name: 'look', annotations: { readOnlyHint: true } },
  { name: 'set', annotations: { idempotentHint: true } },
  { name: 'add', annotations: {} },
]

function answerLikeAnEcho({ method, params }: Json): Json | undefined {
  // What names `hang` is never answered.
  if (JSON.stringify(params ?? {}).includes('hang')) return undefined
  if (method === 'initialize')
    return { result: { protocolVersion: '2025-11-25', capabilities: {}, serverInfo: { name: 'fake', version: '1.2.3' } } }
  if (method === 'tools/list') return { result: { tools: TOOLS } }
  return { result: { echo: params ?? null } }
}
