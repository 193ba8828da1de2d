import type { SeededRandom } from './seeded-random.ts'

export const OPCODES = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const

export interface FrameParts {
  readonly opcode: number
  readonly payload?: Buffer
  readonly isLast?: boolean
  readonly isMasked?: boolean
  /** The three reserved bits, as a number from 0 to 7. */
  readonly reserved?: number
  /** What the header says the length is, when that is not true. */
  readonly claimedLength?: bigint
}

/** One frame as RFC 6455 lays it out, with any of its parts wrong on request. */
export function frameOf(random: SeededRandom, parts: FrameParts): Buffer {
  const { opcode, payload = Buffer.alloc(0), isLast = true, isMasked = true, reserved = 0, claimedLength } = parts
  const length = claimedLength ?? BigInt(payload.length)
  const extended = length < 126n ? Buffer.alloc(0) : Buffer.alloc(length < 65_536n ? 2 : 8)
  if (extended.length === 2) extended.writeUInt16BE(Number(length))
  if (extended.length === 8) extended.writeBigUInt64BE(length)
  const short = extended.length === 0 ? Number(length) : extended.length === 2 ? 126 : 127
  const header = Buffer.from([(isLast ? 0x80 : 0) | (reserved << 4) | opcode, (isMasked ? 0x80 : 0) | short])
  if (!isMasked) return Buffer.concat([header, extended, payload])
  const mask = random.bytes(4)
  return Buffer.concat([header, extended, mask, payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0))])
}

export interface ServerFrame {
  readonly opcode: number
  readonly payload: Buffer
}

/** Takes whole frames of a server off the front of what was read; they are neither masked nor cut. Returns the rest too. */
export function takeFrames(bytes: Buffer): { readonly frames: ServerFrame[]; readonly rest: Buffer } {
  const frames: ServerFrame[] = []
  let rest = bytes
  while (rest.length >= 2) {
    const short = (rest[1] ?? 0) & 0x7f
    const headerLength = short === 126 ? 4 : short === 127 ? 10 : 2
    if (rest.length < headerLength) break
    const length = short === 126 ? rest.readUInt16BE(2) : short === 127 ? Number(rest.readBigUInt64BE(2)) : short
    if (rest.length < headerLength + length) break
    frames.push({ opcode: (rest[0] ?? 0) & 0x0f, payload: rest.subarray(headerLength, headerLength + length) })
    rest = rest.subarray(headerLength + length)
  }
  return { frames, rest }
}
