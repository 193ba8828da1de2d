import { WebSocket } from 'ws'

interface Answer {
  readonly id?: number
  readonly method?: string
  readonly result?: unknown
  readonly error?: { readonly message: string }
}

/** The thinnest JSON-RPC client over a WebSocket, so that what is measured is the server. */
export class RpcClient {
  readonly #socket: WebSocket
  readonly #waiting = new Map<number, { resolve: (result: unknown) => void; reject: (error: Error) => void }>()
  readonly #heard = new Map<string, () => void>()
  #nextId = 1

  private constructor(socket: WebSocket) {
    this.#socket = socket
    socket.on('message', (data: Buffer) => {
      const answer = JSON.parse(data.toString()) as Answer // our own server's answer
      if (answer.method !== undefined) this.#heard.get(answer.method)?.()
      const waiting = this.#waiting.get(answer.id ?? -1)
      if (!waiting) return
      this.#waiting.delete(answer.id ?? -1)
      if (answer.error) waiting.reject(new Error(answer.error.message))
      else waiting.resolve(answer.result)
    })
  }

  static connect(url: string, agentId: string): Promise<RpcClient> {
    const socket = new WebSocket(url, { headers: { 'X-Agent-ID': agentId }, perMessageDeflate: false })
    return new Promise((resolve, reject) => {
      socket.once('open', () => resolve(new RpcClient(socket)))
      socket.once('error', reject)
    })
  }

  /** Connects and does the MCP handshake of 2025-11-25, as hosts do. */
  static async connectMcp(url: string, agentId: string): Promise<RpcClient> {
    const client = await RpcClient.connect(url, agentId)
    await client.call('initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'bench', version: '1' } })
    client.notify('notifications/initialized')
    return client
  }

  call(method: string, params: unknown): Promise<unknown> {
    const id = this.#nextId++
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }))
    })
  }

  /** Settles at the next notification of that method. */
  heard(method: string): Promise<void> {
    return new Promise((resolve) => this.#heard.set(method, resolve))
  }

  notify(method: string): void {
    this.#socket.send(JSON.stringify({ jsonrpc: '2.0', method }))
  }

  /** Calls a tool as MCP clients do. Throws when it fails. */
  async tool(name: string, args: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>> {
    const result = (await this.call('tools/call', { name, arguments: args })) as {
      isError?: boolean
      structuredContent: Record<string, unknown>
      content: { text: string }[]
    } // MCP's tool result
    if (result.isError) throw new Error(result.content[0]?.text)
    return result.structuredContent
  }

  close(): void {
    this.#socket.close()
  }
}
