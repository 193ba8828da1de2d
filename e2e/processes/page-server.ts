import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { BUILT } from './places.ts'

/** Somebody's own web page on this machine: an empty document, with the built client library beside it at `/index.js`. */
export class PageServer {
  readonly origin: string
  readonly #http: Server

  private constructor(http: Server) {
    this.#http = http
    this.origin = `http://127.0.0.1:${(http.address() as AddressInfo).port}` // a TCP server has no other kind of address
  }

  static async start(): Promise<PageServer> {
    const script = await readFile(BUILT.browserClient)
    const http = createServer((request, response) => {
      if (request.url === '/index.js') response.setHeader('content-type', 'text/javascript').end(script)
      else response.setHeader('content-type', 'text/html').end('<!doctype html><title>A page</title>')
    })
    http.listen(0, '127.0.0.1')
    await once(http, 'listening')
    return new PageServer(http)
  }

  close(): void {
    this.#http.close()
    this.#http.closeAllConnections()
  }
}
