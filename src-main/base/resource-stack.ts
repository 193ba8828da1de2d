import type { Log } from './log.ts'

/** Owns what was opened and closes it in reverse order; one that fails to close does not keep the others open. */
export class ResourceStack {
  readonly #closers: { readonly name: string; readonly close: () => void | Promise<void> }[] = []
  readonly #log: Log
  #closing: Promise<void> | undefined

  constructor(log: Log) {
    this.#log = log
  }

  /** Registers `resource` for closing and returns it. */
  own<T>(name: string, resource: T, close: (resource: T) => void | Promise<void>): T {
    this.#closers.push({ name, close: () => close(resource) })
    return resource
  }

  /** Closes everything once; later calls wait for the same end. */
  close(): Promise<void> {
    this.#closing ??= this.#closeAll()
    return this.#closing
  }

  async #closeAll(): Promise<void> {
    for (let entry = this.#closers.pop(); entry; entry = this.#closers.pop()) {
      try {
        await entry.close()
      } catch (error) {
        this.#log.error({ err: error, resource: entry.name }, 'a resource did not close cleanly')
      }
    }
  }
}
