import { frameOf, OPCODES } from './frame-codec.ts'
import type { SeededRandom } from './seeded-random.ts'

/** What one case writes to a connection after the upgrade. */
export interface FrameCase {
  readonly name: string
  readonly writes: readonly Buffer[]
  /** What must come back: the answer to the ping with this id, this pong, or the end of the connection. */
  readonly expects: { readonly answer: string } | { readonly pong: Buffer } | 'end'
  /** The end of our own side follows at once. */
  readonly thenEnds?: boolean
}

/** Frames that are strange and allowed. */
export function strangeFrames(random: SeededRandom, number: number): FrameCase {
  const id = `frame-${number}`
  const text = Buffer.from(`{"jsonrpc":"2.0","id":"${id}","method":"ping","params":{"x":"é😀"}}`)
  const ping = (payload: Buffer) => frameOf(random, { opcode: OPCODES.ping, payload })
  return random.pick<() => FrameCase>([
    () => ({ name: 'a message in pieces', writes: [Buffer.concat(piecesOf(random, text))], expects: { answer: id } }),
    () => {
      const between = piecesOf(random, text).flatMap((piece) => [piece, ping(random.bytes(3)), frameOf(random, { opcode: OPCODES.pong })])
      return { name: 'pieces with pings between them', writes: between, expects: { answer: id } }
    },
    () => {
      const frame = frameOf(random, { opcode: OPCODES.text, payload: text })
      return { name: 'a byte at a time', writes: Array.from(frame, (byte) => Buffer.from([byte])), expects: { answer: id } }
    },
    () => {
      const payload = random.bytes(random.whole(0, 125))
      return { name: 'a ping', writes: [ping(payload)], expects: { pong: payload } }
    },
    () => {
      const pongs = Array.from({ length: 20 }, () => frameOf(random, { opcode: OPCODES.pong, payload: random.bytes(9) }))
      return {
        name: 'pongs that nobody asked for',
        writes: [...pongs, frameOf(random, { opcode: OPCODES.text, payload: text })],
        expects: { answer: id },
      }
    },
  ])()
}

/** Frames that a server must not live with: it ends the connection. */
export function brokenFrames(random: SeededRandom): FrameCase {
  const text = Buffer.from('{"jsonrpc":"2.0","id":"never","method":"ping"}')
  const good = { opcode: OPCODES.text, payload: text }
  const frame = (parts: Parameters<typeof frameOf>[1]) => frameOf(random, parts)
  const close = (payload: Buffer) => frame({ opcode: OPCODES.close, payload })
  const [name, writes, thenEnds] = random.pick<() => readonly [string, readonly Buffer[], boolean?]>([
    () => ['no mask', [frame({ ...good, isMasked: false })]],
    () => ['an opcode that nobody knows', [frame({ ...good, opcode: random.pick([3, 4, 5, 6, 7, 11, 12, 13, 14, 15]) })]],
    () => ['reserved bits', [frame({ ...good, reserved: random.whole(1, 7) })]],
    () => ['a large ping', [frame({ opcode: OPCODES.ping, payload: Buffer.alloc(random.whole(126, 70_000)) })]],
    () => ['a ping in pieces', [frame({ opcode: OPCODES.ping, isLast: false })]],
    () => ['a piece of nothing', [frame({ ...good, opcode: OPCODES.continuation })]],
    () => ['a message within a message', [frame({ ...good, isLast: false }), frame(good)]],
    () => ['a length beyond all limits', [frame({ ...good, claimedLength: random.pick([2n ** 63n, 2n ** 64n - 1n, 2n ** 53n, 2n ** 40n]) })]],
    () => ['a length above ours', [frame({ ...good, claimedLength: 1_048_577n })]],
    () => {
      const piece = frame({ opcode: OPCODES.text, payload: Buffer.alloc(600_000, 0x20), isLast: false })
      return ['pieces that are too large together', [piece, frame({ opcode: OPCODES.continuation, payload: Buffer.alloc(600_000, 0x20) })]]
    },
    () => ['no UTF-8', [frame({ ...good, payload: Buffer.from([0x22, 0xc3, 0x28, 0x22]) })]],
    () => {
      const half = frame({ opcode: OPCODES.text, payload: Buffer.from([0x22, 0xe2, 0x82]), isLast: false })
      return ['half a character at the end', [half, frame({ opcode: OPCODES.continuation })]]
    },
    () => ['a binary message', [frame({ ...good, opcode: OPCODES.binary })]],
    () => ['a close of one byte', [close(Buffer.from([3]))]],
    () => ['a close with a code that is none', [close(Buffer.from(random.pick([[0, 0], [3, 237], [3, 238], [0x13, 0x88], [0xff, 0xff]])))]],
    () => ['a close whose reason is no text', [close(Buffer.from([3, 232, 0xff, 0xfe]))]],
    () => ['a close, and a message after it', [close(Buffer.from([3, 232])), frame(good)]],
    () => ['half a frame, then the end', [frame(good).subarray(0, random.whole(1, text.length))], true],
    () => ['half a message, then the end', [frame({ ...good, isLast: false })], true],
    () => ['the end', [], true],
    () => ['a handshake again', [Buffer.from('GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n')], true],
    () => ['anything at all', [random.bytes(random.whole(1, 200))], true],
  ])() // prettier-ignore
  return { name, writes, expects: 'end', thenEnds: thenEnds ?? random.chance(0.3) }
}

/** A text in two to six pieces, some of them empty, cut anywhere. */
function piecesOf(random: SeededRandom, text: Buffer): Buffer[] {
  const borders = [0, ...Array.from({ length: random.whole(1, 5) }, () => random.whole(0, text.length)), text.length].toSorted(
    (a, b) => a - b,
  )
  return borders.slice(1).map((to, index) =>
    frameOf(random, {
      opcode: index === 0 ? OPCODES.text : OPCODES.continuation,
      payload: text.subarray(borders[index], to),
      isLast: index === borders.length - 2,
    }),
  )
}
