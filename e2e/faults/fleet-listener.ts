import { HEADERS } from '../../src-main/contract/protocol.ts'
import { RawSocket } from '../clients/raw-socket.ts'

interface Frame {
  readonly type: string
  readonly memory_id?: string
}

const RETRY_MS = 50

/** An agent on the event feed that connects again when it is cut off. It knows which memories it heard of, and when it was told to look again. */
export class FleetListener {
  readonly heard = new Map<string, number>()
  /** When a `hello` came, in epoch milliseconds: whatever was missed before is to be looked for. */
  readonly hellos: number[] = []
  readonly running: Promise<void>
  #socket: RawSocket | undefined
  #isClosed = false

  constructor(url: string, agentId: string) {
    this.running = this.#run(url, agentId)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#socket?.close()
    await this.running
  }

  async #run(url: string, agentId: string): Promise<void> {
    while (!this.#isClosed) {
      try {
        this.#socket = await RawSocket.open(url, { [HEADERS.agentId]: agentId })
        await this.#listen(this.#socket)
      } catch {
        // Refused: the next instance takes it.
      }
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
    }
  }

  async #listen(socket: RawSocket): Promise<void> {
    let seen = 0
    while (socket.isOpen || seen < socket.frames.length) {
      for (const text of socket.frames.slice(seen)) {
        const frame = JSON.parse(text) as Frame // the feed speaks JSON
        if (frame.type === 'hello') this.hellos.push(Date.now())
        if (frame.type === 'memory-stored' && frame.memory_id !== undefined)
          this.heard.set(frame.memory_id, (this.heard.get(frame.memory_id) ?? 0) + 1)
        seen += 1
      }
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }
}
