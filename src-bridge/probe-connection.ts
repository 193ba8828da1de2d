import { isRecord, readMessage } from './json-rpc.ts'
import type { Identity } from './options.ts'
import type { Failure } from './refusal.ts'
import { identityHeaders } from './server-link.ts'
import { SocketSide } from './socket-side.ts'
import type { Timings } from './timings.ts'

const ANSWER_WITHIN_MS = 10_000

type Result = Record<string, unknown>

/** One short connection that asks a few questions of the server; the bridge proper never asks any. */
export class ProbeConnection {
  readonly #socket: SocketSide
  readonly #waiting = new Map<number, { resolve: (result: Result) => void; reject: (error: Error) => void }>()
  readonly #notes = new Map<string, Result>()
  #nextId = 1

  private constructor(url: string, identity: Identity, timings: Timings, settle: (outcome: true | Failure) => void) {
    this.#socket = new SocketSide(
      url,
      identityHeaders(identity),
      {
        opened: () => settle(true),
        failed: settle,
        frame: (frame) => this.#read(frame),
        drained: () => undefined,
        closed: (code, reason) => this.#fail(`it closed the connection (code ${code}${reason === '' ? '' : `, ${reason}`}).`),
      },
      timings,
    )
  }

  /** Connects, or says why it cannot. */
  static async open(url: string, identity: Identity, timings: Timings): Promise<ProbeConnection | Failure> {
    const { promise, resolve } = Promise.withResolvers<true | Failure>()
    const connection = new ProbeConnection(url, identity, timings, resolve)
    const outcome = await promise
    return outcome === true ? connection : outcome
  }

  request(method: string, params: Result): Promise<Result> {
    const id = this.#nextId++
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${method} was not answered within ${ANSWER_WITHIN_MS / 1000} s.`)), ANSWER_WITHIN_MS)
      const settle = (): void => {
        clearTimeout(timer)
        this.#waiting.delete(id)
      }
      this.#waiting.set(id, {
        resolve: (result) => {
          settle()
          resolve(result)
        },
        reject: (error) => {
          settle()
          reject(new Error(`${method} failed: ${error.message}`))
        },
      })
      this.#send({ id, method, params })
    })
  }

  notify(method: string): void {
    this.#send({ method })
  }

  /** Parameters of the last notification of this method. */
  noted(method: string): Result | undefined {
    return this.#notes.get(method)
  }

  close(): Promise<void> {
    return this.#socket.close()
  }

  #send(message: Result): void {
    this.#socket.send(Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...message })))
  }

  #read(frame: Buffer): void {
    const message = readMessage(frame)
    if (message.kind === 'notification') this.#notes.set(message.method, isRecord(message.params) ? message.params : {})
    if (message.kind !== 'answer' || typeof message.id !== 'number') return
    const waiting = this.#waiting.get(message.id)
    if (message.isError) waiting?.reject(new Error(errorMessageIn(frame)))
    else waiting?.resolve(isRecord(message.result) ? message.result : {})
  }

  #fail(problem: string): void {
    for (const waiting of [...this.#waiting.values()]) waiting.reject(new Error(problem))
  }
}

function errorMessageIn(frame: Buffer): string {
  const message: unknown = JSON.parse(frame.toString('utf8'))
  const error = isRecord(message) ? message.error : undefined
  return isRecord(error) && typeof error.message === 'string' ? error.message : 'the server gave no reason.'
}
