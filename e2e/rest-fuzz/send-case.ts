import { Agent, request } from 'node:http'
import type { Socket } from 'node:net'
import type { RawAnswer } from '../clients/raw-http.ts'
import type { RestCase } from './rest-case.ts'

/** How long any answer may take, in milliseconds. The machine may be busy; a hang is a hang all the same. */
const ANSWER_MS = 10_000

/** Sends cases over connections that are kept, as programs do. */
export class CaseSender {
  readonly #agent: Agent
  readonly #url: URL

  constructor(apiUrl: string, connections: number) {
    this.#url = new URL(apiUrl)
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections })
  }

  /** What each connection was last used for. */
  readonly #before = new WeakMap<Socket, RestCase>()

  /** Rejects when the server does not answer, or hangs up. */
  send(sent: RestCase): Promise<RawAnswer> {
    const { method, path, headers, body } = sent
    const { hostname, port } = this.#url
    let before: RestCase | undefined
    return new Promise((resolve, reject) => {
      // A length that lies, or an upgrade, ends the connection for whoever would use it next.
      const isLast = 'Content-Length' in headers || 'Upgrade' in headers
      const length = body === undefined ? {} : { 'Content-Length': String(body.length) }
      const options = { hostname, port, agent: isLast ? false : this.#agent, method, path, headers: { ...length, ...headers } } as const
      const outgoing = request(options, (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () =>
          done({ status: response.statusCode ?? 0, headers: response.headers, text: Buffer.concat(chunks).toString() }),
        )
        response.on('error', failed)
      })
      const timer = setTimeout(() => outgoing.destroy(new Error(`there is no answer after ${ANSWER_MS} ms`)), ANSWER_MS)
      const done = (answer: RawAnswer): void => {
        clearTimeout(timer)
        resolve(answer)
      }
      const failed = (error: Error): void => {
        clearTimeout(timer)
        const after = before && `${before.method} ${before.path.slice(0, 100)} ${JSON.stringify(before.headers).slice(0, 300)}`
        reject(new Error(`${error.message}, on a connection that was used for ${after ?? 'nothing else'}`, { cause: error }))
      }
      outgoing.on('socket', (socket) => {
        before = this.#before.get(socket)
        this.#before.set(socket, sent)
      })
      outgoing.on('error', failed)
      outgoing.end(body)
    })
  }

  close(): void {
    this.#agent.destroy()
  }
}
