import { HEADERS } from '../../src-main/contract/protocol.ts'
import { RawSocket } from '../clients/raw-socket.ts'
import type { RawMessage } from '../clients/raw-socket.ts'

/** Pause between two tries to connect, in milliseconds. */
const RETRY_MS = 50

/**
 * A WebSocket client as its author would write it from resources/docs/websocket.md: it connects again when it loses the server, resumes
 * with the newest secret, and asks again what had no answer. All its calls are safe to repeat.
 */
export class ResumingSocket {
  readonly #url: () => string
  readonly #agentId: string
  /** All connections so far, the last one open or lost. */
  readonly #sockets: RawSocket[] = []
  /** When each connection was welcomed, in epoch milliseconds, and in which session. */
  readonly welcomes: { readonly atMs: number; readonly sessionId: string }[] = []
  #secret: string | undefined
  #sessionId = ''
  #isClosed = false
  #opening: Promise<RawSocket> | undefined

  constructor(url: () => string, agentId: string) {
    this.#url = url
    this.#agentId = agentId
  }

  /** Of the last connection. */
  get sessionId(): string {
    return this.#sessionId
  }

  /** Notifications over all connections. */
  get told(): RawMessage[] {
    return this.#sockets.flatMap(({ messages }) => messages.filter(({ method }) => method !== undefined))
  }

  /** Asks until there is an answer; rejects after `withinMs`. */
  async ask(method: string, params: unknown, withinMs = 10_000): Promise<RawMessage> {
    const noAnswer = new Error(`${method} had no answer within ${withinMs} ms.`)
    let timer: NodeJS.Timeout | undefined
    // Also while there is no server, however long that is away.
    const tooLate = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(noAnswer), withinMs)
    })
    const end = Date.now() + withinMs
    try {
      while (Date.now() < end) {
        const socket = await Promise.race([this.open(), tooLate])
        const answer = await Promise.race([socket.request(method, params).catch(() => undefined), tooLate])
        // A server that stops says so; the next one answers.
        if (answer && answer.error?.data?.['code'] !== 'unavailable') return answer
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
      }
    } finally {
      clearTimeout(timer)
    }
    throw noAnswer
  }

  /** Calls a tool that must succeed. */
  async tool(name: string, args: Record<string, unknown>): Promise<Record<string, unknown>> {
    const { result, error } = await this.ask('tools/call', { name, arguments: args })
    if (error || result?.['isError'] === true) throw new Error(`${name}: ${JSON.stringify(error ?? result)}`)
    return result?.['structuredContent'] as Record<string, unknown> // as every tool answers
  }

  async open(): Promise<RawSocket> {
    const last = this.#sockets.at(-1)
    if (last?.isOpen === true) return last
    this.#opening ??= this.#connect().finally(() => (this.#opening = undefined))
    return this.#opening
  }

  /** Connects again as soon as a connection is lost, also when nobody asks for anything. Ends with `close`. */
  async stayOpen(): Promise<void> {
    while (!this.#isClosed) {
      const socket = await this.open().catch(() => undefined)
      await socket?.closed
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#sockets.at(-1)?.close()
  }

  async #connect(): Promise<RawSocket> {
    for (;;) {
      if (this.#isClosed) throw new Error('It was closed.')
      try {
        return await this.#connectOnce()
      } catch {
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
      }
    }
  }

  async #connectOnce(): Promise<RawSocket> {
    const headers = { [HEADERS.agentId]: this.#agentId, ...(this.#secret !== undefined && { [HEADERS.sessionResume]: this.#secret }) }
    const socket = await RawSocket.open(this.#url(), headers)
    const { params = {} } = await socket.next(({ method }) => method === 'welcome')
    this.#secret = String(params['resume_token'])
    this.#sessionId = String(params['session_id'])
    this.welcomes.push({ atMs: Date.now(), sessionId: this.#sessionId })
    const about = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'resuming', version: '1' } }
    await socket.request('initialize', about)
    socket.send(JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' }))
    this.#sockets.push(socket)
    return socket
  }
}
