import { once } from 'node:events'
import { WebSocket } from 'ws'

interface Waiting {
  readonly socket: WebSocket
  readonly resolve: (result: Record<string, unknown>) => void
  readonly reject: (error: Error) => void
}

interface Answer {
  readonly id?: unknown
  readonly method?: string
  readonly result?: Record<string, unknown>
  readonly error?: { readonly message: string }
}

/** JSON-RPC over a WebSocket that is opened anew whenever it is gone or damaged. A request is sent once; it fails with its connection. */
export class RestlessSocket {
  readonly #url: string
  readonly #agentId: string
  readonly #deadlineMs: number
  readonly #onWrongAnswer: (fault: string) => void
  readonly #waiting = new Map<number, Waiting>()
  #opening: Promise<WebSocket> | undefined
  #nextId = 1

  constructor(url: string, agentId: string, deadlineMs: number, onWrongAnswer: (fault: string) => void) {
    this.#url = url
    this.#agentId = agentId
    this.#deadlineMs = deadlineMs
    this.#onWrongAnswer = onWrongAnswer
  }

  async request(method: string, params: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>> {
    const id = this.#nextId++
    const signal = AbortSignal.timeout(this.#deadlineMs)
    const socket = await this.#socket(signal)
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { socket, resolve, reject })
      signal.addEventListener('abort', () => {
        // Nobody answers on it any more, for all we know.
        if (this.#waiting.delete(id)) socket.terminate()
        reject(new Error('no answer in time'))
      })
      socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }))
    })
  }

  async close(): Promise<void> {
    const socket = await this.#opening?.catch(() => undefined)
    socket?.terminate()
  }

  #socket(signal: AbortSignal): Promise<WebSocket> {
    this.#opening ??= this.#open(signal).catch((error: unknown) => {
      this.#opening = undefined
      throw error
    })
    return this.#opening
  }

  async #open(signal: AbortSignal): Promise<WebSocket> {
    const socket = new WebSocket(this.#url, { headers: { 'x-agent-id': this.#agentId }, perMessageDeflate: false, handshakeTimeout: 4_000 })
    socket.on('error', () => undefined)
    socket.on('message', (data) => this.#take(socket, (data as Buffer).toString('utf8'))) // `ws` hands out one Buffer for a text frame
    socket.on('close', () => this.#gone(socket))
    await Promise.race([once(socket, 'open', { signal }), once(socket, 'close').then(() => Promise.reject(new Error('refused')))])
    return socket
  }

  #take(socket: WebSocket, text: string): void {
    const answer = parsed(text)
    // Damaged on its way: what follows can be trusted no more.
    if (!answer) socket.terminate()
    if (!answer || answer.method !== undefined || answer.id === null) return
    const waiting = this.#waiting.get(answer.id as number) // anything else is no key of the map
    if (!waiting) this.#onWrongAnswer(`nobody waits for ${text.slice(0, 200)}`)
    if (!waiting) return
    this.#waiting.delete(answer.id as number)
    if (answer.result) waiting.resolve(answer.result)
    else waiting.reject(new Error(answer.error?.message))
  }

  #gone(socket: WebSocket): void {
    this.#opening = undefined
    for (const [id, waiting] of this.#waiting) {
      if (waiting.socket !== socket) continue
      this.#waiting.delete(id)
      waiting.reject(new Error('the connection is gone'))
    }
  }
}

function parsed(text: string): Answer | undefined {
  try {
    return JSON.parse(text) as Answer // damage is told by its not being JSON
  } catch {
    return undefined
  }
}
