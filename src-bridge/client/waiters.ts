export interface WaitOptions {
  readonly signal: AbortSignal | undefined
  /** 0 for ever. */
  readonly timeoutMs: number
  /** The error of a wait that took too long. */
  readonly timedOut: () => Error
}

interface Waiter<T> {
  readonly resolve: (value: T) => void
  readonly reject: (error: unknown) => void
}

/** Those who wait for one thing that will come for all of them. */
export class Waiters<T> {
  readonly #waiting = new Set<Waiter<T>>()

  get size(): number {
    return this.#waiting.size
  }

  /** Rejects with the signal's reason, with what `timedOut` makes, or with what `reject` is given. */
  async wait({ signal, timeoutMs, timedOut }: WaitOptions): Promise<T> {
    signal?.throwIfAborted()
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    const waiter = { resolve, reject }
    const giveUp = (errorOf: () => unknown): void => {
      this.#waiting.delete(waiter)
      reject(errorOf())
    }
    const onAbort = (): void => giveUp(() => signal?.reason)
    const timer = timeoutMs === 0 ? undefined : setTimeout(() => giveUp(timedOut), timeoutMs)
    signal?.addEventListener('abort', onAbort)
    this.#waiting.add(waiter)
    try {
      return await promise
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
    }
  }

  resolve(value: T): void {
    for (const waiter of this.#takeAll()) waiter.resolve(value)
  }

  reject(error: unknown): void {
    for (const waiter of this.#takeAll()) waiter.reject(error)
  }

  #takeAll(): Waiter<T>[] {
    const all = [...this.#waiting]
    this.#waiting.clear()
    return all
  }
}
