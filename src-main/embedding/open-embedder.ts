import { assertNever } from '../base/errors.ts'
import type { Embedder } from './embedder.ts'
import { createHashEmbedder } from './hash-embedder.ts'
import { openHttpEmbedder } from './http/http-embedder.ts'
import type { HttpEmbedderOptions } from './http/http-embedder.ts'
import { bringHubModel } from './hub/hub-download.ts'
import type { HubModelPlace } from './hub/hub-download.ts'
import { openLocalEmbedder } from './local-embedder.ts'
import type { LocalEmbedderOptions } from './local-embedder.ts'
import { createOffEmbedder } from './off-embedder.ts'
import { prefixesFor } from './prompt-prefixes.ts'
import type { PromptPrefixes } from './prompt-prefixes.ts'

export type EmbedderOptions =
  | LocalOptions
  | (Omit<HttpEmbedderOptions, 'prefixes'> & { readonly prefixes?: Partial<PromptPrefixes> })
  | { readonly provider: 'hash' }
  | { readonly provider: 'off' }

/** `hub`: where the model comes from if its folder is not there. */
export type LocalOptions = { readonly provider: 'local'; readonly hub?: HubModelPlace } & Pick<
  LocalEmbedderOptions,
  'modelFolder' | 'layout' | 'name' | 'file' | 'prefixes' | 'log' | 'threads'
>

/** The embedder that the options name. Returns at once and never throws: what goes wrong shows in its `state`. */
export function openEmbedder(options: EmbedderOptions): Embedder {
  switch (options.provider) {
    case 'local':
      return openLocal(options)
    case 'openai':
    case 'ollama':
      return openHttpEmbedder({ ...options, prefixes: prefixesFor(options.model, options.prefixes) })
    case 'hash':
      return createHashEmbedder()
    case 'off':
      return createOffEmbedder()
    default:
      return assertNever(options)
  }
}

function openLocal({ hub, ...options }: LocalOptions): Embedder {
  if (!hub) return openLocalEmbedder(options)
  return openLocalEmbedder({ ...options, prepare: (tell, signal) => bringHubModel(hub, tell, signal) })
}
