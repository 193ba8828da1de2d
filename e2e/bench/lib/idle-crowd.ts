import { once } from 'node:events'
import { WebSocket } from 'ws'

/** How many connect at once: more would measure the listen queue of the machine. */
const AT_ONCE = 50
/** How much later than its interval a ping may come before it counts as missed, in milliseconds. */
const LATE_MS = 1_000

interface Member {
  readonly socket: WebSocket
  lastPingAtMs: number
  longestGapMs: number
  pings: number
}

/** Connections that did their handshake and now wait, counting the pings that come. */
export class IdleCrowd {
  readonly #members: Member[] = []
  #lost = 0
  #isClosing = false
  #countingSinceMs = 0

  static async open(url: string, count: number): Promise<IdleCrowd> {
    const crowd = new IdleCrowd()
    for (let from = 0; from < count; from += AT_ONCE)
      await Promise.all(Array.from({ length: Math.min(AT_ONCE, count - from) }, (_, n) => crowd.#add(url, `idle-${from + n}`)))
    return crowd
  }

  /** Connections that ended by themselves. */
  get lost(): number {
    return this.#lost
  }

  startCounting(): void {
    this.#countingSinceMs = performance.now()
    for (const member of this.#members) Object.assign(member, { lastPingAtMs: this.#countingSinceMs, longestGapMs: 0, pings: 0 })
  }

  /** Pings that should have come since the counting began, and connections whose next ping was late or is overdue. */
  missedPings(intervalMs: number): { readonly expected: number; readonly missed: number } {
    const now = performance.now()
    const each = Math.floor((now - this.#countingSinceMs) / intervalMs)
    const gaps = this.#members.map((member) => Math.max(member.longestGapMs, now - member.lastPingAtMs))
    return { expected: each * this.#members.length, missed: gaps.filter((gapMs) => gapMs > intervalMs + LATE_MS).length }
  }

  async close(): Promise<void> {
    this.#isClosing = true
    await Promise.all(this.#members.map(({ socket }) => closed(socket)))
  }

  #add(url: string, agentId: string): Promise<void> {
    const socket = new WebSocket(url, { headers: { 'X-Agent-ID': agentId }, perMessageDeflate: false })
    const member: Member = { socket, lastPingAtMs: 0, longestGapMs: 0, pings: 0 }
    socket.on('ping', () => {
      const now = performance.now()
      if (member.lastPingAtMs > 0) member.longestGapMs = Math.max(member.longestGapMs, now - member.lastPingAtMs)
      member.lastPingAtMs = now
      member.pings += 1
    })
    socket.on('close', () => (this.#lost += this.#isClosing ? 0 : 1))
    return new Promise((resolve, reject) => {
      socket.once('error', reject)
      socket.once('open', () => {
        this.#members.push(member)
        socket.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params: HELLO }))
        socket.on('message', (data: Buffer) => {
          if (!data.includes('"id":1')) return
          socket.send('{"jsonrpc":"2.0","method":"notifications/initialized"}')
          resolve()
        })
      })
    })
  }
}

async function closed(socket: WebSocket): Promise<void> {
  if (socket.readyState === socket.CLOSED) return
  const end = once(socket, 'close')
  socket.close()
  await end
}

const HELLO = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'bench', version: '1' } }
