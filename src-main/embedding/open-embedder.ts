import { assertNever } from '../base/errors.ts'
import type { Embedder } from './embedder.ts'
import { createHashEmbedder } from './hash-embedder.ts'
import { openLocalEmbedder } from './local-embedder.ts'
import type { LocalEmbedderOptions } from './local-embedder.ts'
import { createOffEmbedder } from './off-embedder.ts'

export type EmbedderOptions =
  | ({ readonly provider: 'local' } & Pick<LocalEmbedderOptions, 'modelFolder' | 'log' | 'threads'>)
  | { readonly provider: 'hash' }
  | { readonly provider: 'off' }

/** The embedder that the options name. Returns at once and never throws: what goes wrong shows in its `state`. */
export function openEmbedder(options: EmbedderOptions): Embedder {
  switch (options.provider) {
    case 'local':
      return openLocalEmbedder(options)
    case 'hash':
      return createHashEmbedder()
    case 'off':
      return createOffEmbedder()
    default:
      return assertNever(options)
  }
}
