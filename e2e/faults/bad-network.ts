import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { BadWire } from './bad-wire.ts'
import type { Mishap } from './bad-wire.ts'
import { SeededRandom } from './seeded-random.ts'

interface Link {
  readonly near: Socket
  readonly far: Socket
  readonly wires: readonly BadWire[]
}

/**
 * A network between clients and a server that delays, stalls, cuts, swallows, loses and doubles what it carries. Which mishaps a
 * connection meets follows from the seed and its number; on which bytes they fall, from the machine's timing as well.
 */
export class BadNetwork {
  readonly port: number
  readonly #server: Server
  readonly #links = new Set<Link>()
  readonly #mishaps = new Map<Mishap, number>()
  #connections = 0
  #isBad = false

  private constructor(server: Server, targetPort: number, seed: string) {
    this.#server = server
    this.port = (server.address() as AddressInfo).port // a TCP server has no other kind of address
    server.on('connection', (near) => this.#link(near, targetPort, `${seed}:${(this.#connections += 1)}`))
  }

  static async to(targetPort: number, seed: string): Promise<BadNetwork> {
    // A side that has ended must not end the other by itself: that is for the wires to hand on, or to swallow.
    const server = createServer({ allowHalfOpen: true, noDelay: true })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new BadNetwork(server, targetPort, seed)
  }

  get connections(): number {
    return this.#connections
  }

  /** How often each mishap happened. */
  get mishaps(): Readonly<Record<string, number>> {
    for (const link of this.#links) this.#count(link)
    return Object.fromEntries([...this.#mishaps].toSorted())
  }

  /** Every connection of now goes silent for good, and nobody is told. */
  swallowAll(): void {
    for (const { wires } of this.#links) for (const wire of wires) wire.swallow()
  }

  /** From now on it is a bad one; it begins as a good one. */
  spoil(): void {
    this.#isBad = true
  }

  /** From now on it is a good network. Connections that had gone silent are cut, as by a router that starts again. */
  heal(): void {
    this.#isBad = false
    for (const link of this.#links) if (link.wires.some((wire) => wire.isHole)) cut(link, 'reset')
  }

  close(): void {
    this.#server.close()
    for (const link of this.#links) cut(link, 'reset')
  }

  #link(near: Socket, targetPort: number, seed: string): void {
    const far = connect({ port: targetPort, host: '127.0.0.1', allowHalfOpen: true, noDelay: true })
    const wire = (from: Socket, to: Socket, name: string): BadWire =>
      new BadWire(from, to, new SeededRandom(`${seed}:${name}`), () => this.#isBad, (how) => cut(link, how)) // prettier-ignore
    const link: Link = { near, far, wires: [wire(near, far, 'up'), wire(far, near, 'down')] }
    this.#links.add(link)
    for (const socket of [near, far]) {
      socket.on('error', () => undefined)
      socket.on('close', () => {
        if (link.wires.every(({ isHole }) => isHole) && !(near.closed && far.closed)) return
        cut(link, 'reset')
        if (this.#links.delete(link)) this.#count(link)
      })
    }
  }

  #count({ wires }: Link): void {
    for (const { mishaps } of wires) {
      for (const [mishap, times] of mishaps) this.#mishaps.set(mishap, (this.#mishaps.get(mishap) ?? 0) + times)
      mishaps.clear()
    }
  }
}

function cut({ near, far }: Link, how: 'reset' | 'end'): void {
  for (const socket of [near, far]) {
    if (how === 'end') socket.end()
    else socket.resetAndDestroy()
  }
}
