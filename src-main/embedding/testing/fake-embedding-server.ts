import { createServer } from 'node:http'
import type { IncomingHttpHeaders, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createHashEmbedder } from '../hash-embedder.ts'

/** One request for vectors, as the server saw it. */
export interface SeenRequest {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly texts: readonly string[]
  readonly body: Readonly<Record<string, unknown>>
}

/** Answers in place of the server; false to let it answer as usual. */
export type Fault = (request: SeenRequest, response: ServerResponse) => boolean

/** Speaks both protocols on a real socket: `POST /v1/embeddings` of OpenAI, `POST /api/embed` and `GET /api/tags` of Ollama. */
export class FakeEmbeddingServer {
  readonly requests: SeenRequest[] = []
  readonly faults: Fault[] = []
  digest = 'digest-1'
  #inFlight = 0
  mostInFlight = 0
  readonly #server: Server
  readonly #hash = createHashEmbedder()
  /** Numbers in a vector; the hash's, repeated or cut. */
  dimensions = 48

  private constructor() {
    this.#server = createServer((request, response) => {
      const pieces: Buffer[] = []
      request.on('data', (piece: Buffer) => pieces.push(piece))
      request.on('end', () => {
        this.#inFlight += 1
        this.mostInFlight = Math.max(this.mostInFlight, this.#inFlight)
        response.on('close', () => (this.#inFlight -= 1))
        void this.#answer(request.url ?? '', request.headers, Buffer.concat(pieces).toString(), response)
      })
    })
  }

  static async start(port = 0): Promise<FakeEmbeddingServer> {
    const fake = new FakeEmbeddingServer()
    await new Promise<void>((resolve) => fake.#server.listen(port, '127.0.0.1', resolve))
    return fake
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port // it listens on TCP
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  /** All texts it was asked for, the warm-up left out. */
  get texts(): string[] {
    return this.requests.flatMap(({ texts }) => texts).filter((text) => !text.includes('warm up'))
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  async #answer(path: string, headers: IncomingHttpHeaders, text: string, response: ServerResponse): Promise<void> {
    if (path === '/api/tags') {
      sendJson(response, 200, { models: [{ name: 'fake:latest', digest: this.digest }] })
      return
    }
    const body = JSON.parse(text) as Record<string, unknown> // a test wrote the client
    const texts = body['input'] as string[]
    const seen = { path, headers, texts, body }
    this.requests.push(seen)
    if (this.faults.some((fault) => fault(seen, response))) return
    const vectors = await Promise.all(texts.map((one) => this.vectorOf(one)))
    if (path === '/api/embed') {
      sendJson(response, 200, { model: body['model'], embeddings: vectors })
      return
    }
    const encode = (vector: number[]) =>
      body['encoding_format'] === 'base64' ? Buffer.from(Float32Array.from(vector).buffer).toString('base64') : vector
    // Out of order: the index says which is which.
    const data = vectors.map((vector, index) => ({ object: 'embedding', index, embedding: encode(vector) })).toReversed()
    sendJson(response, 200, { object: 'list', data, model: body['model'] })
  }

  /** Twice as long as a unit vector. */
  async vectorOf(text: string): Promise<number[]> {
    const hashed = await this.#hash.embedQuery(text)
    return Array.from({ length: this.dimensions }, (_, i) => 2 * (hashed[i % hashed.length] ?? 0) + 0.001)
  }
}

export function sendJson(response: ServerResponse, status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}

/** The next `count` requests that are no warm-up fail so. */
export function times(count: number, fault: Fault): Fault {
  let left = count
  return (request, response) => !request.texts.includes('warm up') && left-- > 0 && fault(request, response)
}
