/** Listeners by the name of what they hear. One that throws does not keep the others, or the connection, from their work. */
export class Listeners<Events extends object> {
  readonly #byName = new Map<keyof Events, Set<(event: never) => void>>()

  /** Returns what takes the listener away again. */
  add<Name extends keyof Events>(name: Name, listener: (event: Events[Name]) => void): () => void {
    const listeners = this.#byName.get(name) ?? new Set()
    this.#byName.set(name, listeners)
    // Wrapped, so that a function added twice is two listeners with an end each.
    const own = (event: Events[Name]): void => listener(event)
    listeners.add(own)
    return () => void listeners.delete(own)
  }

  tell<Name extends keyof Events>(name: Name, event: Events[Name]): void {
    for (const listener of [...(this.#byName.get(name) ?? [])]) {
      try {
        listener(event as never) // `add` admits only listeners of this name's events
      } catch (error) {
        // A bug of the listener: it fails as loudly as one in a timer would.
        queueMicrotask(() => {
          throw error
        })
      }
    }
  }
}
