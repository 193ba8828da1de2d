import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A server with `/v1/embeddings`: words that are the same make vectors that are near. */
export class FakeOpenAi {
  readonly dimensions = 96
  /** Texts it has given vectors of; warm-ups and questions are few. */
  texts = 0
  delayMs = 0
  refuses = false
  readonly keys = new Set<string | undefined>()
  readonly #server: Server

  private constructor() {
    this.#server = createServer((request, response) => {
      const pieces: Buffer[] = []
      request.on('data', (piece: Buffer) => pieces.push(piece))
      request.on('end', () => {
        this.keys.add(request.headers.authorization)
        const { input } = JSON.parse(Buffer.concat(pieces).toString()) as { input: string[] } // our own client sent it
        const answer = this.refuses
          ? { error: { message: `Incorrect API key provided: ${request.headers.authorization ?? ''}` } }
          : { data: input.map((text, index) => ({ index, embedding: this.#vectorOf(text) })) }
        if (!this.refuses) this.texts += input.filter((text) => text.includes('(note ')).length
        setTimeout(() => {
          response.writeHead(this.refuses ? 401 : 200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
        }, this.delayMs)
      })
    })
  }

  static async start(): Promise<FakeOpenAi> {
    const fake = new FakeOpenAi()
    await new Promise<void>((resolve) => fake.#server.listen(0, '127.0.0.1', resolve))
    return fake
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}` // it listens on TCP
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #vectorOf(text: string): number[] {
    const vector = new Array<number>(this.dimensions).fill(0.01)
    for (const word of text.toLowerCase().match(/\p{L}+/gu) ?? []) {
      const place = createHash('sha1').update(word).digest().readUInt32LE(0) % this.dimensions
      vector[place] = (vector[place] ?? 0) + 1
    }
    return vector
  }
}
