import type { IncomingMessage } from 'node:http'
import { WebSocket } from 'ws'
import type { ClientOptions, RawData } from 'ws'
import { HEADERS } from '../../../contract/protocol.ts'

export interface RpcMessage {
  readonly jsonrpc?: string
  readonly id?: string | number | null
  readonly method?: string
  readonly params?: Record<string, unknown>
  readonly result?: Record<string, unknown>
  readonly error?: { readonly code: number; readonly message: string; readonly data?: Record<string, unknown> }
}

export interface UpgradeRefusal {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: { readonly error?: { readonly code: string; readonly message: string; readonly details?: Record<string, unknown> } }
}

export interface WsClientOptions {
  readonly agent?: string
  readonly namespace?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly protocols?: readonly string[]
  readonly autoPong?: boolean
}

/** A WebSocket client that keeps every message it was sent. */
export class WsClient {
  readonly socket: WebSocket
  readonly messages: RpcMessage[] = []
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>
  upgradeHeaders: IncomingMessage['headers'] = {}
  readonly #waiting = new Set<() => void>()
  #nextId = 1

  constructor(url: string, options: WsClientOptions = {}) {
    this.socket = new WebSocket(url, [...(options.protocols ?? [])], clientOptions(options))
    this.socket.on('upgrade', (response) => (this.upgradeHeaders = response.headers))
    this.socket.on('message', (data: RawData) => {
      this.messages.push(JSON.parse((data as Buffer).toString('utf8')) as RpcMessage)
      for (const check of [...this.#waiting]) check()
    })
    this.socket.on('error', () => undefined)
    this.closed = new Promise((resolve) => this.socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() })))
  }

  /** Rejects when the upgrade is refused. */
  static async open(url: string, options: WsClientOptions = {}): Promise<WsClient> {
    const client = new WsClient(url, options)
    await new Promise<void>((resolve, reject) => {
      client.socket.once('open', resolve)
      client.socket.once('error', reject)
    })
    return client
  }

  get sessionId(): string {
    return String(this.upgradeHeaders[HEADERS.sessionId])
  }

  get resumeSecret(): string {
    return String(this.upgradeHeaders[HEADERS.sessionResume])
  }

  send(message: unknown): void {
    this.socket.send(JSON.stringify(message))
  }

  /** Sends one request and waits for the message with its id. */
  ask(method: string, params?: unknown): Promise<RpcMessage> {
    const id = this.#nextId++
    this.send({ jsonrpc: '2.0', id, method, ...(params !== undefined && { params }) })
    return this.heard((message) => message.id === id)
  }

  /** Calls a tool by MCP, and resolves with the tool result. */
  async callTool(
    name: string,
    args: unknown = {},
  ): Promise<{ isError?: boolean; structuredContent?: Record<string, unknown>; content?: { text: string }[] }> {
    return (await this.ask('tools/call', { name, arguments: args })).result ?? {}
  }

  /** The first message, already here or still to come, that fits. */
  heard(fits: (message: RpcMessage) => boolean, timeoutMs = 5_000): Promise<RpcMessage> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(check)
        reject(new Error(`no such message came; heard: ${JSON.stringify(this.messages).slice(0, 500)}`))
      }, timeoutMs)
      const check = (): void => {
        const found = this.messages.find(fits)
        if (!found) return
        clearTimeout(timer)
        this.#waiting.delete(check)
        resolve(found)
      }
      this.#waiting.add(check)
      check()
    })
  }

  async close(): Promise<void> {
    this.socket.close()
    await this.closed
  }
}

/** Tries to connect and resolves with the HTTP answer; rejects if a socket is opened after all. */
export function refusalOf(url: string, options: WsClientOptions = {}): Promise<UpgradeRefusal> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, [...(options.protocols ?? [])], clientOptions(options))
    socket.on('error', reject)
    socket.on('open', () => {
      socket.terminate()
      reject(new Error('the upgrade was accepted'))
    })
    socket.on('unexpected-response', (_request, response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8')
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: (text.startsWith('{') ? JSON.parse(text) : {}) as UpgradeRefusal['body'],
        })
      })
    })
  })
}

function clientOptions({ agent, namespace, headers, autoPong = true }: WsClientOptions): ClientOptions {
  return {
    autoPong,
    headers: {
      ...(agent !== undefined && { [HEADERS.agentId]: agent }),
      ...(namespace !== undefined && { [HEADERS.agentNamespace]: namespace }),
      ...headers,
    },
  }
}
