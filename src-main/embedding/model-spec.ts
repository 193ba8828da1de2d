import { join } from 'node:path'
import { LOCAL_MODEL, MODEL_FILES } from './model-manifest.ts'
import { NO_PREFIXES } from './prompt-prefixes.ts'
import type { PromptPrefixes } from './prompt-prefixes.ts'

/** How the vectors of a window's tokens become one; `none`: the graph does it. */
export type Pooling = 'mean' | 'cls' | 'last'

/** All that an engine has to know of a model on disk. */
export interface ModelSpec {
  /** Paths of files. */
  readonly graph: string
  readonly tokenizer: string
  /** `tokenizer_config.json`, for tokenizers that read some of it. */
  readonly tokenizerConfig: Readonly<Record<string, unknown>>
  /** Of one window, with the marks around it. */
  readonly maxTokens: number
  /** For graphs that give a vector per token. */
  readonly pooling: Pooling
  /** False if there is something behind pooling that only a graph with one vector per text does. */
  readonly maySkipLayers: boolean
  /**
   * Whether a text's numbers are the same beside others of the same length. Not so where the graph fits its 8-bit steps to all that runs
   * together (cosine down to 0.96 against the text alone), so only where that is known not to be.
   */
  readonly runsTogether: boolean
  readonly prefixes: PromptPrefixes
  /** What it must give, where that is known. */
  readonly dimensions?: number
  /** Its id, once it is known how many dimensions it gives. */
  idFor(dimensions: number): string
}

/** The model that ships, in a folder whose files are taken as verified. */
export function builtInSpec(folder: string): ModelSpec {
  return {
    graph: join(folder, MODEL_FILES.graph),
    tokenizer: join(folder, MODEL_FILES.tokenizer),
    tokenizerConfig: {},
    maxTokens: LOCAL_MODEL.maxTokens,
    pooling: 'mean',
    maySkipLayers: true,
    runsTogether: true,
    prefixes: NO_PREFIXES,
    dimensions: LOCAL_MODEL.dimensions,
    idFor: () => LOCAL_MODEL.id,
  }
}
