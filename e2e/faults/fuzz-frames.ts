import { connect } from 'node:net'
import type { Socket } from 'node:net'
import type { RunningServer } from '../processes/server-process.ts'
import { OPCODES, takeFrames } from './frame-codec.ts'
import type { ServerFrame } from './frame-codec.ts'
import { brokenFrames, strangeFrames } from './raw-frames.ts'
import type { FrameCase } from './raw-frames.ts'
import { SeededRandom } from './seeded-random.ts'
import { waitFor } from './wait-for.ts'

const ANSWER_WITHIN_MS = 10_000

/** One connection made by hand: `count` cases, all but the last of them allowed. Returns what went wrong. */
export async function fuzzFrames(server: RunningServer, seed: string, count: number): Promise<string[]> {
  const random = new SeededRandom(seed)
  const connection = await HandmadeSocket.open(server)
  try {
    for (let number = 1; number < count; number += 1) {
      const fault = await connection.play(strangeFrames(random, number))
      if (fault !== undefined) return [fault]
    }
    const fault = await connection.play(brokenFrames(random))
    return fault === undefined ? [] : [fault]
  } finally {
    connection.destroy()
  }
}

/** A WebSocket of which only the bytes are known. */
class HandmadeSocket {
  readonly #socket: Socket
  #frames: ServerFrame[] = []
  #rest: Buffer = Buffer.alloc(0)
  #hasEnded = false

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('close', () => (this.#hasEnded = true))
  }

  static async open(server: RunningServer): Promise<HandmadeSocket> {
    const socket = connect(server.wsPort, '127.0.0.1')
    socket.on('error', () => undefined)
    socket.setNoDelay(true)
    const lines = ['GET /mcp HTTP/1.1', `Host: 127.0.0.1:${server.wsPort}`, 'Upgrade: websocket', 'Connection: Upgrade', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', 'X-Agent-ID: frames'] // prettier-ignore
    socket.write(`${lines.join('\r\n')}\r\n\r\n`)
    let read = Buffer.alloc(0)
    const listen = (chunk: Buffer): void => void (read = Buffer.concat([read, chunk]))
    socket.on('data', listen)
    await waitFor(() => read.includes('\r\n\r\n') || socket.closed, ANSWER_WITHIN_MS)
    socket.off('data', listen)
    if (!read.toString('latin1').startsWith('HTTP/1.1 101 '))
      throw new Error(`The upgrade failed: ${read.toString('latin1').slice(0, 300)}`)
    const opened = new HandmadeSocket(socket)
    opened.#read(read.subarray(read.indexOf('\r\n\r\n') + 4))
    socket.on('data', (chunk) => opened.#read(chunk))
    return opened
  }

  /** Writes it, and waits for what it expects. Returns what came instead. */
  async play({ name, writes, expects, thenEnds = false }: FrameCase): Promise<string | undefined> {
    this.#frames = []
    for (const bytes of writes) this.#socket.write(bytes)
    if (thenEnds) this.#socket.end()
    const isMet = (): boolean => {
      // A close frame is an end too: the server then waits for ours, for a while.
      if (expects === 'end') return this.#hasEnded || this.#frames.some(({ opcode }) => opcode === OPCODES.close)
      if ('pong' in expects) return this.#frames.some(({ opcode, payload }) => opcode === OPCODES.pong && payload.equals(expects.pong))
      return this.#texts().some((text) => text.includes(`"id":"${expects.answer}"`) && text.includes('"result"'))
    }
    await waitFor(() => isMet() || this.#hasEnded, ANSWER_WITHIN_MS)
    const isAnswered = this.#texts().some((text) => text.includes('"never"'))
    if (isMet() && !isAnswered) return undefined
    return `${name}: ${isAnswered ? 'was answered' : this.#hasEnded ? 'ended the connection' : 'nothing came'} (${JSON.stringify(expects)}, written: ${Buffer.concat(writes).toString('hex').slice(0, 400)})`
  }

  destroy(): void {
    this.#socket.destroy()
  }

  #texts(): string[] {
    return this.#frames.filter(({ opcode }) => opcode === OPCODES.text).map(({ payload }) => payload.toString('utf8'))
  }

  #read(chunk: Buffer): void {
    const { frames, rest } = takeFrames(Buffer.concat([this.#rest, chunk]))
    this.#frames.push(...frames)
    this.#rest = rest
  }
}
