import type { Embedder, EmbedderState } from './embedder.ts'

/** An embedder that is opened when something first asks about it, so that a start does not share its processor with loading a model. */
export function createLazyEmbedder(open: () => Embedder): Embedder {
  let opened: Embedder | undefined
  const listeners = new Set<(state: EmbedderState) => void>()
  const embedder = (): Embedder => {
    if (opened) return opened
    opened = open()
    // One listener for as long as the embedder lives; it ends with it.
    opened.onStateChange((state) => {
      for (const listener of [...listeners]) listener(state)
    })
    return opened
  }
  return {
    get modelId() {
      return embedder().modelId
    },
    get dimensions() {
      return embedder().dimensions
    },
    get state() {
      return embedder().state
    },
    get textsAtOnce() {
      return embedder().textsAtOnce
    },
    onStateChange(listener) {
      // Wrapped, so that one function added twice is two listeners.
      const entry = (state: EmbedderState): void => listener(state)
      listeners.add(entry)
      return () => listeners.delete(entry)
    },
    embedQuery: (text, signal) => embedder().embedQuery(text, signal),
    embedTexts: (texts, signal) => embedder().embedTexts(texts, signal),
    close: () => opened?.close() ?? Promise.resolve(),
  }
}
