import type { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { SeededRandom } from './seeded-random.ts'

/** What becomes of one piece of a stream. */
export type Mishap = 'none' | 'delay' | 'stall' | 'split' | 'trickle' | 'reset' | 'end' | 'hole' | 'drop' | 'duplicate'

const MISHAPS: readonly (readonly [number, Mishap])[] = [
  [680, 'none'],
  [180, 'delay'],
  [15, 'stall'],
  [70, 'split'],
  [35, 'trickle'],
  [5, 'reset'],
  [3, 'end'],
  [3, 'hole'],
  [4, 'drop'],
  [4, 'duplicate'],
]

/**
 * Most bytes that are lost or doubled at once. TCP itself never loses or doubles any, so no protocol above it can promise to notice
 * every such damage; what can be promised is this. Less than any message is long, so that no border of a frame falls onto another: a
 * range as long as a whole message would make two sound messages into one, or a sound one out of two halves, on any implementation.
 * With it a frame is too short or too long for what its header says, and the next header is read out of the middle of a text. The
 * texts here are ASCII, whose every byte sets a reserved bit of a header: that is a protocol error. A text that swallowed a
 * header is no UTF-8, and one that was filled up from itself is no JSON. From client to server a random mask does the same.
 */
const MOST_DAMAGED_BYTES = 24

const HEAD_END = '\r\n\r\n'

/** One direction of a connection: hands on what it reads, in order, as badly as its random source says. Holds one piece at a time. */
export class BadWire {
  readonly mishaps = new Map<Mishap, number>()
  readonly #to: Socket
  readonly #random: SeededRandom
  readonly #isBad: () => boolean
  readonly #cut: (how: 'reset' | 'end') => void
  /** A damaged head would be another request: another agent, or another server's answer. Nobody could notice. */
  #isPastHead = false
  #isHole = false

  constructor(from: Socket, to: Socket, random: SeededRandom, isBad: () => boolean, cut: (how: 'reset' | 'end') => void) {
    this.#to = to
    this.#random = random
    this.#isBad = isBad
    this.#cut = cut
    from.on('data', (piece: Buffer) => {
      from.pause()
      void this.#carry(piece).finally(() => from.resume())
    })
    from.on('end', () => {
      if (!this.#isHole) to.end()
    })
  }

  /** From now on everything is swallowed, the end as well: both sides believe in a connection that is none. */
  swallow(): void {
    this.#isHole = true
  }

  get isHole(): boolean {
    return this.#isHole
  }

  async #carry(piece: Buffer): Promise<void> {
    if (this.#isHole) return
    const mishap = this.#isBad() ? this.#choose() : 'none'
    this.mishaps.set(mishap, (this.mishaps.get(mishap) ?? 0) + 1)
    this.#isPastHead ||= piece.includes(HEAD_END)
    const random = this.#random
    const [from, to] = this.#someRange(piece)
    switch (mishap) {
      case 'none':
        return this.#write(piece)
      case 'delay':
        await delay(random.whole(2, 80))
        return this.#write(piece)
      case 'stall':
        await delay(random.whole(200, 1_500))
        return this.#write(piece)
      case 'split':
        await this.#write(piece.subarray(0, from))
        await delay(random.whole(1, 30))
        return this.#write(piece.subarray(from))
      case 'trickle':
        return this.#trickle(piece)
      case 'reset':
      case 'end':
        await this.#write(piece.subarray(0, from))
        this.#cut(mishap)
        return
      case 'hole':
        this.swallow()
        await delay(random.whole(2_000, 8_000))
        this.#cut('reset')
        return
      case 'drop':
        return this.#write(Buffer.concat([piece.subarray(0, from), piece.subarray(to)]))
      case 'duplicate':
        return this.#write(Buffer.concat([piece.subarray(0, to), piece.subarray(from)]))
    }
  }

  #choose(): Mishap {
    const mishap = this.#random.weighted(MISHAPS)
    return (mishap === 'drop' || mishap === 'duplicate') && !this.#isPastHead ? 'none' : mishap
  }

  #someRange(piece: Buffer): readonly [number, number] {
    const from = this.#random.whole(0, Math.max(0, piece.length - 1))
    return [from, Math.min(piece.length, from + this.#random.whole(1, MOST_DAMAGED_BYTES))]
  }

  /** The beginning goes byte by byte, each in a segment of its own. */
  async #trickle(piece: Buffer): Promise<void> {
    const slow = piece.subarray(0, 200)
    for (const byte of slow) {
      await this.#write(Buffer.from([byte]))
      await delay(0)
    }
    await this.#write(piece.subarray(slow.length))
  }

  /** Waits for a reader that does not keep up, or that is gone. */
  async #write(piece: Buffer): Promise<void> {
    if (this.#isHole || !this.#to.writable || piece.length === 0 || this.#to.write(piece)) return
    await new Promise<void>((resolve) => {
      const done = (): void => {
        this.#to.off('drain', done).off('close', done)
        resolve()
      }
      this.#to.on('drain', done).on('close', done)
    })
  }
}
