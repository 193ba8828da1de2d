import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'

const FILE = 'TMWS-new.AppImage'

/** Where an app finds its releases, as electron-builder's `generic` publisher lays them out: what is newest, and its file. */
export class ReleaseFeed {
  readonly asked: string[] = []
  /** What came with each request that could tell one installation from another. */
  readonly ids: string[] = []
  version = '0.1.0'
  content = Buffer.from('a program that is newer')
  /** What the description says of the file; a wrong one is a download that was tampered with. */
  sha512: string | undefined
  isDown = false
  readonly #server: Server

  private constructor(server: Server) {
    this.#server = server
    server.on('request', (request, response) => {
      const path = new URL(request.url ?? '/', 'http://feed').pathname
      this.asked.push(path)
      this.ids.push(JSON.stringify([request.headers['x-user-staging-id'], request.headers.cookie, request.headers['user-agent']]))
      if (this.isDown) response.writeHead(503).end()
      else if (path === '/latest-linux.yml') response.end(this.#description())
      else if (path === `/${FILE}`) response.writeHead(200, { 'content-length': this.content.length }).end(this.content)
      else response.writeHead(404).end()
    })
  }

  static async open(): Promise<ReleaseFeed> {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return new ReleaseFeed(server)
  }

  /** What the installer would leave beside the app; returns the folder. */
  installInto(folder: string): string {
    const resources = join(folder, 'resources')
    mkdirSync(resources, { recursive: true })
    const { port } = this.#server.address() as AddressInfo // it listens on a port
    writeFileSync(
      join(resources, 'app-update.yml'),
      `provider: generic\nurl: http://127.0.0.1:${port}\nupdaterCacheDirName: tmws-updater\n`,
    )
    return resources
  }

  close(): void {
    this.#server.close()
    this.#server.closeAllConnections()
  }

  #description(): string {
    const sha512 = this.sha512 ?? createHash('sha512').update(this.content).digest('base64')
    const lines = [
      `version: ${this.version}`,
      'files:',
      `  - url: ${FILE}`,
      `    sha512: ${sha512}`,
      `    size: ${this.content.length}`,
      `path: ${FILE}`,
      `sha512: ${sha512}`,
      "releaseDate: '2026-11-29T00:00:00.000Z'",
    ]
    return `${lines.join('\n')}\n`
  }
}
