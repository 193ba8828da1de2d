import proxyAddr from '@fastify/proxy-addr'
import type { IncomingMessage } from 'node:http'
import { BlockList, isIP } from 'node:net'

/** Which proxies are believed when they say whom they speak for. */
export class ClientAddresses {
  readonly #isTrusted: (address: string, hop: number) => boolean

  /** @param trustedProxies IP addresses and networks such as `10.0.0.0/8`; with none, nobody is believed. */
  constructor(trustedProxies: readonly string[] = []) {
    this.#isTrusted = proxyAddr.compile([...trustedProxies])
  }

  /** IP address of whoever asks: of the connection, or what a trusted proxy says in `X-Forwarded-For`. */
  of(request: IncomingMessage): string | undefined {
    if (request.socket.remoteAddress === undefined) return undefined
    const address = proxyAddr(request, this.#isTrusted)
    // What a proxy writes there need not be an address.
    return isIP(address) === 0 ? request.socket.remoteAddress : address.replace(/^::ffff:(?=\d+\.)/i, '')
  }
}

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

/** True for a client on this very machine. */
export function isLoopbackAddress(address: string): boolean {
  const version = isIP(address)
  return version !== 0 && loopback.check(address, version === 6 ? 'ipv6' : 'ipv4')
}
