import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join, relative, sep } from 'node:path'

const COMMIT = '0123456789abcdef0123456789abcdef01234567'

/** Gives out one folder as the hub gives out a model: a listing with checksums, and files by range. */
export class FakeHub {
  /** Paths with their range, as they were asked for. */
  readonly asked: string[] = []
  /** Called before a file is sent; true if it has answered. */
  fault: (path: string, request: IncomingMessage, response: ServerResponse, content: Buffer) => boolean = () => false
  readonly #server: Server

  private constructor(id: string, folder: string) {
    const names = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    this.#server = createServer((request, response) => {
      const path = request.url ?? ''
      if (path === `/api/models/${id}/revision/main?blobs=true`) {
        response.setHeader('content-type', 'application/json')
        response.end(JSON.stringify({ id, sha: COMMIT, siblings: names.map((name) => describe(name, readFileSync(join(folder, name)))) }))
        return
      }
      const name = path.replace(`/${id}/resolve/${COMMIT}/`, '')
      if (!names.includes(name)) return void response.writeHead(404).end()
      this.asked.push(`${name} ${request.headers.range ?? ''}`.trim())
      const content = readFileSync(join(folder, name))
      if (this.fault(name, request, response, content)) return
      const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0)
      response.writeHead(start > 0 ? 206 : 200, { 'content-length': content.length - start }).end(content.subarray(start))
    })
  }

  static async start(id: string, folder: string): Promise<FakeHub> {
    const hub = new FakeHub(id, folder)
    await new Promise<void>((resolve) => hub.#server.listen(0, '127.0.0.1', resolve))
    return hub
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}` // it listens on TCP
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}

function describe(rfilename: string, content: Buffer): object {
  const size = content.length
  if (rfilename.endsWith('.onnx')) return { rfilename, size, lfs: { sha256: createHash('sha256').update(content).digest('hex'), size } }
  return { rfilename, size, blobId: createHash('sha1').update(`blob ${size}\0`).update(content).digest('hex') }
}
