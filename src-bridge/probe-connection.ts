import { isRecord, readMessage } from './json-rpc.ts'
import type { Lane } from './lane.ts'
import type { Failure } from './refusal.ts'

const ANSWER_WITHIN_MS = 10_000

type Result = Record<string, unknown>

/** One short connection over a lane that asks a few questions; the bridge proper never asks any. */
export class ProbeConnection {
  readonly #lane: Lane
  readonly #waiting = new Map<number, { resolve: (result: Result) => void; reject: (error: Error) => void }>()
  readonly #notes = new Map<string, Result>()
  #nextId = 1

  private constructor(lane: Lane, settle: (outcome: true | Failure) => void) {
    this.#lane = lane
    lane.start({
      opened: () => settle(true),
      failed: settle,
      message: (frame) => this.#read(frame),
      drained: () => undefined,
      lost: (code) => this.#fail(code === 0 ? 'it ended.' : `it closed the connection (code ${code}).`),
      isNeeded: () => false,
      leaving: () => Promise.resolve(),
      staying: () => undefined,
    })
  }

  /** Opens the lane, or closes it again and says why it cannot be opened. */
  static async open(lane: Lane): Promise<ProbeConnection | Failure> {
    const { promise, resolve } = Promise.withResolvers<true | Failure>()
    const connection = new ProbeConnection(lane, resolve)
    const outcome = await promise
    if (outcome === true) return connection
    await lane.stop()
    return outcome
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
    return this.#lane.stop()
  }

  #send(message: Result): void {
    this.#lane.send(Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...message })))
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
