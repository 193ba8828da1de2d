import type { JSONRPCMessage, MessageExtraInfo, Transport } from '@modelcontextprotocol/client'

/** MCP over WebSocket for a client of either SDK, with headers; the one in SDK v1 sends none, and v2 has none. */
export class WsClientTransport implements Transport {
  onclose?: () => void
  onerror?: (error: Error) => void
  onmessage?: <T extends JSONRPCMessage>(message: T, extra?: MessageExtraInfo) => void
  readonly #url: string
  readonly #headers: Readonly<Record<string, string>>
  #socket: WebSocket | undefined

  constructor(url: string, headers: Readonly<Record<string, string>> = {}) {
    this.#url = url
    this.#headers = headers
  }

  start(): Promise<void> {
    const socket = openSocket(this.#url, this.#headers, ['mcp'])
    this.#socket = socket
    return new Promise((resolve, reject) => {
      socket.onopen = () => resolve()
      socket.onerror = () => {
        const error = new Error(`The WebSocket to ${this.#url} failed.`)
        reject(error)
        this.onerror?.(error)
      }
      socket.onclose = () => this.onclose?.()
      socket.onmessage = (event) => this.onmessage?.(JSON.parse(String(event.data)) as JSONRPCMessage) // the server under test speaks JSON-RPC
    })
  }

  send(message: JSONRPCMessage): Promise<void> {
    if (this.#socket?.readyState !== WebSocket.OPEN) return Promise.reject(new Error('The WebSocket is closed.'))
    this.#socket.send(JSON.stringify(message))
    return Promise.resolve()
  }

  close(): Promise<void> {
    this.#socket?.close(1000)
    return Promise.resolve()
  }
}

/** Node's own WebSocket takes headers, which the type for browsers does not know. */
export function openSocket(url: string, headers: Readonly<Record<string, string>>, protocols: readonly string[] = []): WebSocket {
  const NodeWebSocket = WebSocket as unknown as new (
    url: string,
    options: { readonly protocols: readonly string[]; readonly headers: Readonly<Record<string, string>> },
  ) => WebSocket
  return new NodeWebSocket(url, { protocols, headers })
}
