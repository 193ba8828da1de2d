import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'

/**
 * Stands between a client and its database, and cuts the line where a test says: before a text that the client sends has arrived, or
 * when the answer to it is on its way back.
 */
export class CuttingProxy {
  readonly #sockets = new Set<Socket>()
  readonly #server
  #cut: { readonly text: string; readonly where: 'before' | 'after' } | undefined
  /** How often it has cut. */
  cuts = 0

  constructor(target: URL) {
    this.#server = createServer((client) => {
      const database = connect(Number(target.port), target.hostname)
      for (const [socket, other] of [
        [client, database],
        [database, client],
      ] as const) {
        this.#sockets.add(socket)
        socket.on('error', () => undefined)
        socket.on('close', () => {
          this.#sockets.delete(socket)
          other.destroy()
        })
      }
      let isDeaf = false
      client.on('data', (data) => {
        const cut = this.#cut
        if (cut && data.includes(cut.text)) {
          this.#cut = undefined
          this.cuts++
          if (cut.where === 'before') return void client.destroy()
          isDeaf = true
        }
        database.write(data)
      })
      database.on('data', (data) => {
        // The database has answered, so it has done what it was asked to.
        if (isDeaf) client.destroy()
        else client.write(data)
      })
    })
  }

  /** Returns the port it listens on. */
  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    return (this.#server.address() as AddressInfo).port
  }

  /** Cuts once, at the next time the client sends `text`. */
  cutAt(text: string, where: 'before' | 'after'): void {
    this.#cut = { text, where }
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}
