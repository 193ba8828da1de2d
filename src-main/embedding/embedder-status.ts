import type { Log } from '../base/log.ts'
import type { EmbedderState } from './embedder.ts'

/** The state of an embedder and those who wait for it to change. A listener that throws harms no other. */
export class EmbedderStatus {
  #state: EmbedderState
  readonly #listeners = new Set<(state: EmbedderState) => void>()
  readonly #log: Log

  constructor(initial: EmbedderState, log: Log) {
    this.#state = initial
    this.#log = log
  }

  get state(): EmbedderState {
    return this.#state
  }

  set(state: EmbedderState): void {
    this.#state = state
    for (const listener of [...this.#listeners]) {
      try {
        listener(state)
      } catch (error) {
        this.#log.error({ err: error, status: state.status }, 'a listener to the embedder failed')
      }
    }
  }

  onChange(listener: (state: EmbedderState) => void): () => void {
    // Wrapped, so that one function added twice is two listeners.
    const entry = (state: EmbedderState) => listener(state)
    this.#listeners.add(entry)
    return () => this.#listeners.delete(entry)
  }
}
