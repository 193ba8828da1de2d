/**
 * Lets work on the same keys go one after another, in the order it was asked for, and all else side by side. Within one process this
 * keeps the order of changes, and keeps those of one row from holding every connection while they wait for each other.
 */
export class KeyedQueue {
  readonly #last = new Map<string, Promise<unknown>>()

  async run<T>(keys: readonly string[], work: () => Promise<T>): Promise<T> {
    const before = Promise.all(keys.map(async (key) => this.#last.get(key)))
    // What went before may have failed; that is its caller's business.
    const result = before.then(work)
    const settled = result.catch(() => undefined)
    for (const key of keys) this.#last.set(key, settled)
    try {
      return await result
    } finally {
      for (const key of keys) if (this.#last.get(key) === settled) this.#last.delete(key)
    }
  }
}
