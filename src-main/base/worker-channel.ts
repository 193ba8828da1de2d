import { Worker } from 'node:worker_threads'
import type { MessagePort, Transferable, WorkerOptions } from 'node:worker_threads'
import { AppError, fromErrorMessage, toErrorMessage } from './errors.ts'
import type { ErrorMessage } from './errors.ts'

/** Numbered requests to a worker thread and their answers. Errors cross as data and keep their code. */

interface Request {
  readonly id: number
  readonly method: string
  readonly payload: unknown
}
interface Answer {
  readonly id: number
  readonly result?: unknown
  readonly error?: ErrorMessage
}

export interface WorkerChannelOptions {
  /** Requests that may wait at once; one more is refused with `unavailable`. */
  readonly maxPending: number
  /** What callers are told when the queue is full or the thread is gone, for example "The store". */
  readonly name: string
}

/** The caller's side: owns the thread. When the thread dies, every waiting request fails with `unavailable`. */
export class WorkerChannel {
  readonly #worker: Worker
  readonly #options: WorkerChannelOptions
  readonly #pending = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>()
  #nextId = 1
  #ended: Error | undefined
  /** Settles when the thread has ended, with the reason if it was not asked to. */
  readonly ended: Promise<Error | undefined>

  constructor(file: URL, workerOptions: WorkerOptions, options: WorkerChannelOptions) {
    this.#options = options
    this.#worker = new Worker(file, { ...workerOptions, stdout: false })
    this.#worker.on('message', (answer: Answer) => this.#settle(answer))
    this.ended = new Promise((resolve) => {
      let reason: Error | undefined
      this.#worker.on('error', (error) => (reason = error as Error))
      this.#worker.on('exit', () => {
        this.#fail(reason)
        resolve(reason)
      })
    })
  }

  get pendingCount(): number {
    return this.#pending.size
  }

  /** Sends one request. Throws `unavailable` when the queue is full or the thread has ended. */
  call<T>(method: string, payload: unknown, transfer: readonly Transferable[] = []): Promise<T> {
    if (this.#ended) return Promise.reject(this.#ended)
    if (this.#pending.size >= this.#options.maxPending) {
      return Promise.reject(new AppError('unavailable', `${this.#options.name} has too much to do at the moment; try again in a second.`))
    }
    const id = this.#nextId++
    return new Promise<T>((resolve, reject) => {
      this.#pending.set(id, { resolve: resolve as (value: unknown) => void, reject })
      const request: Request = { id, method, payload }
      try {
        this.#worker.postMessage(request, transfer)
      } catch (error) {
        // What cannot be cloned was never asked, so no answer will free its place.
        this.#pending.delete(id)
        throw error
      }
    })
  }

  /** Ends the thread at once; ask it to finish by a request of its own first. */
  async terminate(): Promise<void> {
    await this.#worker.terminate()
  }

  #settle(answer: Answer): void {
    const waiting = this.#pending.get(answer.id)
    if (!waiting) return
    this.#pending.delete(answer.id)
    if (answer.error) waiting.reject(fromErrorMessage(answer.error))
    else waiting.resolve(answer.result)
  }

  #fail(reason: Error | undefined): void {
    this.#ended = new AppError('unavailable', `${this.#options.name} has stopped.`, { cause: reason })
    for (const waiting of this.#pending.values()) waiting.reject(this.#ended)
    this.#pending.clear()
  }
}

/** The thread's side: answers each request by `handle`, in whatever order they finish. */
export function serveWorkerChannel(port: MessagePort, handle: (method: string, payload: unknown) => unknown): void {
  port.on('message', (request: Request) => {
    void answer(port, request, handle)
  })
}

async function answer(port: MessagePort, request: Request, handle: (method: string, payload: unknown) => unknown): Promise<void> {
  try {
    const result = await handle(request.method, request.payload)
    port.postMessage({ id: request.id, result } satisfies Answer)
  } catch (error) {
    port.postMessage({ id: request.id, error: toErrorMessage(error) } satisfies Answer)
  }
}

/**
 * Where a worker's file is, seen from the module that starts it: beside it as source (`x-worker.ts`), or as a built entry
 * of the same name in the same folder (`x-worker.js`).
 */
export function workerFile(name: string, importerUrl: string): URL {
  return new URL(importerUrl.endsWith('.ts') ? `./${name}.ts` : `./${name}.js`, importerUrl)
}
