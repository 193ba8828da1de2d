import { AppError } from '../base/errors.ts'
import type { Embedder } from './embedder.ts'

/** Stands where embeddings are switched off: every call is refused with `unavailable`, and search goes by keyword alone. */
export function createOffEmbedder(): Embedder {
  return {
    modelId: 'off',
    dimensions: 0,
    state: { status: 'off' },
    // The state never changes, so there is nothing to stop either.
    onStateChange: () => () => undefined,
    embedQuery: refuse,
    embedTexts: refuse,
    close: () => Promise.resolve(),
  }
}

function refuse(): Promise<never> {
  return Promise.reject(new AppError('unavailable', 'Search by meaning is switched off; search by keyword works.'))
}
